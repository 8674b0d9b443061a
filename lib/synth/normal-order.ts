import type { HostPolicy } from "../model/policy";

/**
 * The same policy with its addresses and services in the order of their names. They are looked up by name, so that the
 * order in which they were declared or first used must not show on the host.
 */
export function inNormalOrder(policy: HostPolicy): HostPolicy {
  return { ...policy, addresses: byName(policy.addresses), services: byName(policy.services) };
}

function byName<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
