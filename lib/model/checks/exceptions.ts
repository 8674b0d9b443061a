import { mergeRanges, rangesHold, rangesMeet, rangesOf, type AddressRange } from "../address-ranges";
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
  // What countries have is known when their networks stand in their place: the check is asked again then.
  if ([...of, ...except].some(({ countries }) => countries !== undefined)) return undefined;
  const pairs = FAMILIES.map((family) => [rangesIn(of, family), rangesIn(except, family)] as const);
  // INVARIANT: what is unknown or broken has no members; another check has told of it.
  if (pairs.every(([members]) => members.length === 0) || pairs.every(([, others]) => others.length === 0)) {
    return undefined;
  }
  if (!pairs.some(([members, others]) => rangesMeet(members, others))) return "nothing";
  return pairs.every(([members, others]) => rangesHold(others, members)) ? "everything" : undefined;
}

function rangesIn(addresses: readonly AddressPolicy[], family: Family): AddressRange[] {
  return mergeRanges(addresses.flatMap((address) => rangesOf(address[`v${family}`], family)));
}

function membersOf({ addresses }: HostPolicy, names: readonly string[]): AddressPolicy[] {
  return names.flatMap((name) => (Object.hasOwn(addresses, name) ? (addresses[name] ?? []) : []));
}
