import type { HostPolicy } from "../model/policy";
import { found, setName } from "./entries";
import type { AddressSet, Chain } from "./ruleset";

/** The address sets that the chains refer to, by name. */
export function usedSets(policy: HostPolicy, chains: readonly Chain[]): AddressSet[] {
  const used = new Set<string>();
  for (const chain of chains) {
    for (const rule of chain.rules) for (const match of rule.matches) if (match.kind === "address") used.add(match.set);
  }
  const sets = new Map<string, AddressSet>();
  for (const { source, destination } of policy.entries) {
    for (const names of [source, destination]) {
      const name = setName(names);
      if (names.length === 0 || !used.has(name) || sets.has(name)) continue;
      const parts = names.map((part) => found(policy.addresses[part], "address", part));
      sets.set(name, { name, v4: union(parts.map((p) => p.v4)), v6: union(parts.map((p) => p.v6)) });
    }
  }
  return [...sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
