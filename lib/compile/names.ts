import type { Endpoint, ZonePolicy } from "../model/policy";

/** A set is named by the addresses that it unites: equal lists share one set. No name of an address holds a comma. */
export function setName(addresses: readonly string[]): string {
  return addresses.length === 1 ? (addresses[0] ?? "") : [...new Set(addresses)].sort().join(",");
}

/** Whether a side of an entry lies in a zone: it is the zone, or containers in one that has containers. */
export function liesIn(endpoint: Endpoint, zone: ZonePolicy): boolean {
  if (endpoint.kind === "container") return zone.containers !== undefined;
  return endpoint.kind === "zone" && endpoint.name === zone.name;
}

/** INVARIANT: a policy that passed its checks holds every name that its entries use. */
export function found<T>(value: T | undefined, what: string, name: string): T {
  if (value === undefined) throw new Error(`invariant: ${what} ${name} is not in the policy`);
  return value;
}
