import type { AddressPolicy } from "../addresses";
import { show } from "../findings";
import type { Entry, HostAddress, HostPolicy } from "../policy";
import type { ServiceMatch, ServicePolicy } from "../services";
import type { Check } from "./check";

const V4 = 1;
const V6 = 2;
const BOTH = V4 | V6;

type Side = readonly [what: string, names: readonly string[], families: number];

/** The addresses and services of an entry have a family in common: else it can never match. */
export const familiesMeet: Check = ({ policy, report }) => {
  const families = new FamiliesOf(policy);
  for (const entry of policy.entries) {
    if (families.ofEntry(entry) !== 0) continue;
    const told = sidesOf(entry, families).filter(([, , family]) => family !== BOTH);
    report({
      origin: entry.origin,
      problem: `the ${entry.kind === "rule" ? "rule" : "port forward"} can never match: ${told.map(inWords).join(", ")}`,
      fix: "give the two sides an address of the same family, or leave one of them out",
    });
  }
};

/** The address to put in is of a family that the rule is about. */
export const snatMeetsTheFamily: Check = ({ policy, report }) => {
  const families = new FamiliesOf(policy);
  for (const entry of policy.entries) {
    if (entry.kind !== "rule" || entry.snat === undefined) continue;
    const { v4, v6 } = entry.snat;
    const family = families.ofEntry(entry);
    if (family === 0 || (family & familiesOfOne(entry.snat)) !== 0) continue;
    report({
      origin: entry.origin,
      problem: `\`snat\` ${[v4, v6]
        .filter((one) => one !== undefined)
        .map(show)
        .join(", ")} is never put in: the rule is only about IPv${family === V4 ? "4" : "6"}`,
      fix: "give an address of that family, or leave `snat` out",
    });
  }
};

function sidesOf(entry: Entry, families: FamiliesOf): Side[] {
  const side = (what: string, names: readonly string[]): Side => [what, names, families.ofAddresses(names)];
  const service: Side = ["service", entry.services, families.ofServices(entry.services)];
  if (entry.kind === "rule") {
    return [side("source", entry.source), side("destination", entry.destination), service];
  }
  const { v4, v6 } = entry.target;
  const target: Side = ["target", [v4, v6].filter((one) => one !== undefined), familiesOfOne(entry.target)];
  return [side("source", entry.source), side("external address", entry.external), target, service];
}

function inWords([what, names, family]: Side): string {
  return `its ${what} ${names.map(show).join(", ")} is only IPv${family === V4 ? "4" : "6"}`;
}

/** INVARIANT: what is unknown or broken counts as both families; another check has told of it. */
class FamiliesOf {
  readonly #addresses = new Map<string, number>();
  readonly #services = new Map<string, number>();

  constructor(private readonly policy: HostPolicy) {}

  ofEntry(entry: Entry): number {
    const own = this.ofAddresses(entry.source) & this.ofServices(entry.services);
    if (entry.kind === "rule") return own & this.ofAddresses(entry.destination);
    return own & this.ofAddresses(entry.external) & familiesOfOne(entry.target);
  }

  ofAddresses(names: readonly string[]): number {
    return joined(names, this.#addresses, (name) => familiesOfAddress(own(this.policy.addresses, name)));
  }

  ofServices(names: readonly string[]): number {
    return joined(names, this.#services, (name) => familiesOfService(own(this.policy.services, name)));
  }
}

function familiesOfOne({ v4, v6 }: HostAddress): number {
  return (v4 === undefined ? 0 : V4) | (v6 === undefined ? 0 : V6);
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
  // What a country has is known when its networks stand in its place: the check is asked again then.
  if (address === undefined || address.countries !== undefined) return BOTH;
  return (address.v4.length > 0 ? V4 : 0) | (address.v6.length > 0 ? V6 : 0) || BOTH;
}

function familiesOfService(service: ServicePolicy | undefined): number {
  if (service === undefined) return BOTH;
  let families = 0;
  for (const match of service) families |= familiesOfMatch(match);
  return families || BOTH;
}

function familiesOfMatch(match: ServiceMatch): number {
  switch (match.kind) {
    case "ports":
      return BOTH;
    case "protocol":
      return OF_ONE_FAMILY[match.number] ?? BOTH;
    case "icmp":
      if (match.v4 === undefined && match.v6 === undefined) return BOTH;
      return ((match.v4?.length ?? 0) > 0 ? V4 : 0) | ((match.v6?.length ?? 0) > 0 ? V6 : 0);
  }
}

/** ICMP, and ICMPv6: given by their numbers they are of one family, too. */
const OF_ONE_FAMILY: Readonly<Record<number, number>> = { 1: V4, 58: V6 };
