import type { AddressPolicy } from "../addresses";
import { show } from "../findings";
import type { HostPolicy } from "../policy";
import type { ServicePolicy } from "../services";
import type { Check } from "./check";

const V4 = 1;
const V6 = 2;
const BOTH = V4 | V6;

/** The addresses and services of an entry have a family in common: else it can never match. */
export const familiesMeet: Check = ({ policy, report }) => {
  const families = new FamiliesOf(policy);
  for (const { source, destination, services, origin } of policy.entries) {
    const from = families.ofAddresses(source);
    const to = families.ofAddresses(destination);
    const by = families.ofServices(services);
    if ((from & to & by) !== 0) continue;
    const sides = [
      ["source", source, from],
      ["destination", destination, to],
      ["service", services, by],
    ] as const;
    const told = sides.filter(([, , family]) => family !== BOTH);
    report({
      origin,
      problem: `the rule can never match: ${told.map(inWords).join(", ")}`,
      fix: "give the two sides an address of the same family, or leave one of them out",
    });
  }
};

function inWords([side, names, family]: readonly [string, readonly string[], number]): string {
  return `its ${side} ${names.map(show).join(", ")} is only IPv${family === V4 ? "4" : "6"}`;
}

/** INVARIANT: what is unknown or broken counts as both families; another check has told of it. */
class FamiliesOf {
  readonly #addresses = new Map<string, number>();
  readonly #services = new Map<string, number>();

  constructor(private readonly policy: HostPolicy) {}

  ofAddresses(names: readonly string[]): number {
    return joined(names, this.#addresses, (name) => familiesOfAddress(own(this.policy.addresses, name)));
  }

  ofServices(names: readonly string[]): number {
    return joined(names, this.#services, (name) => familiesOfService(own(this.policy.services, name)));
  }
}

function joined(names: readonly string[], known: Map<string, number>, find: (name: string) => number): number {
  if (names.length === 0) return BOTH;
  let families = 0;
  for (const name of names) {
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = find(name)));
    families |= found;
  }
  return families;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function familiesOfAddress(address: AddressPolicy | undefined): number {
  if (address === undefined) return BOTH;
  return (address.v4.length > 0 ? V4 : 0) | (address.v6.length > 0 ? V6 : 0) || BOTH;
}

function familiesOfService(service: ServicePolicy | undefined): number {
  if (service === undefined) return BOTH;
  let families = 0;
  for (const match of service) {
    if (match.kind !== "icmp" || (match.v4 === undefined && match.v6 === undefined)) return BOTH;
    families |= ((match.v4?.length ?? 0) > 0 ? V4 : 0) | ((match.v6?.length ?? 0) > 0 ? V6 : 0);
  }
  return families || BOTH;
}
