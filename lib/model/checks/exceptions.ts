import { networkRange } from "../address-value";
import { FAMILIES, type AddressPolicy, type Family } from "../addresses";
import { show } from "../findings";
import type { Entry, HostPolicy } from "../policy";
import type { Check } from "./check";

/** What is left out of an address was in it, and leaves something. */
export const exceptionsTakeSomeAway: Check = ({ policy, report }) => {
  for (const entry of policy.entries) {
    for (const [property, side, of, except] of sidesOf(entry)) {
      if (except === undefined || of.length === 0) continue;
      const problem = whatIsWrong(membersOf(policy, of), membersOf(policy, except));
      if (problem === undefined) continue;
      report({
        origin: entry.origin,
        problem: `\`${property}\` ${except.map(show).join(", ")} takes ${problem} away from the ${side} ${of.map(show).join(", ")}`,
        fix:
          problem === "nothing"
            ? "leave it out, or correct one of the two"
            : "the entry can never match: delete it, or correct one of the two",
      });
    }
  }
};

type Side = readonly [property: string, side: string, of: readonly string[], except: readonly string[] | undefined];

function sidesOf(entry: Entry): readonly Side[] {
  const { exceptSource, exceptDestination } = entry;
  if (exceptSource === undefined && exceptDestination === undefined) return [];
  const destination = entry.kind === "rule" ? entry.destination : entry.external;
  return [
    ["exceptSource", "source", entry.source, exceptSource],
    ["exceptDestination", "destination", destination, exceptDestination],
  ];
}

function whatIsWrong(
  of: readonly AddressPolicy[],
  except: readonly AddressPolicy[],
): "nothing" | "everything" | undefined {
  const pairs = FAMILIES.map((family) => [rangesOf(of, family), rangesOf(except, family)] as const);
  // INVARIANT: what is unknown or broken has no members; another check has told of it.
  if (pairs.every(([members]) => members.length === 0) || pairs.every(([, others]) => others.length === 0)) {
    return undefined;
  }
  const meets = pairs.some(([members, others]) => members.some((one) => others.some((other) => overlap(one, other))));
  if (!meets) return "nothing";
  const swallowed = pairs.every(([members, others]) =>
    members.every((one) => others.some((other) => holds(other, one))),
  );
  return swallowed ? "everything" : undefined;
}

type Range = readonly [first: bigint, last: bigint];

const overlap = (one: Range, other: Range) => one[0] <= other[1] && other[0] <= one[1];
const holds = (outer: Range, inner: Range) => outer[0] <= inner[0] && inner[1] <= outer[1];

function rangesOf(addresses: readonly AddressPolicy[], family: Family): Range[] {
  return addresses.flatMap((address) => address[`v${family}`].map((text) => networkRange(text, family)));
}

function membersOf({ addresses }: HostPolicy, names: readonly string[]): AddressPolicy[] {
  return names.flatMap((name) => (Object.hasOwn(addresses, name) ? (addresses[name] ?? []) : []));
}
