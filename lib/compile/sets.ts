import type { HostPolicy } from "../model/policy";
import { found, setName } from "./names";
import { forwardsOf, targetSet } from "./port-forwards";
import type { AddressSet, Chain } from "./ruleset";

/** The address sets that the chains refer to, by name. */
export function usedSets(policy: HostPolicy, chains: readonly Chain[]): AddressSet[] {
  const used = new Set<string>();
  const excepted = new Set<string>();
  for (const { rules } of chains) {
    for (const { matches } of rules) {
      for (const match of matches) {
        if (match.kind !== "address") continue;
        used.add(match.set);
        if (match.except === true) excepted.add(match.set);
      }
    }
  }
  const sets = new Map<string, AddressSet>();
  for (const names of namedTogether(policy)) {
    const name = setName(names);
    if (!used.has(name) || sets.has(name)) continue;
    const parts = names.map((part) => found(policy.addresses[part], "address", part));
    const united = { name, v4: union(parts.map((p) => p.v4)), v6: union(parts.map((p) => p.v6)) };
    sets.set(name, excepted.has(name) ? { ...united, excepted: true } : united);
  }
  for (const set of forwardsOf(policy).map(targetSet)) if (used.has(set.name)) sets.set(set.name, set);
  return [...sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The lists of addresses that entries name. */
function* namedTogether(policy: HostPolicy): Generator<readonly string[]> {
  for (const entry of policy.entries) {
    const lists = [
      entry.source,
      entry.kind === "rule" ? entry.destination : entry.external,
      entry.exceptSource ?? [],
      entry.exceptDestination ?? [],
    ];
    for (const names of lists) if (names.length > 0) yield names;
  }
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
