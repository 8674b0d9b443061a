import type { AddressPolicy } from "../model/addresses";
import type { HostPolicy } from "../model/policy";
import { containerSet, namedContainers } from "./container-sets";
import { found, setName } from "./names";
import { forwardsOf, targetSet } from "./port-forwards";
import type { AddressSet, Chain, Match } from "./ruleset";

/** The address sets that the chains refer to, by name. */
export function usedSets(policy: HostPolicy, chains: readonly Chain[]): AddressSet[] {
  const used = setNames(chains);
  const excepted = setNames(chains, ({ except }) => except === true);
  const sets = new Map<string, AddressSet>();
  for (const names of namedTogether(policy)) {
    const name = setName(names);
    if (!used.has(name) || sets.has(name)) continue;
    const parts = names.map((part) => withoutCountries(part, found(policy.addresses[part], "address", part)));
    const united = { name, v4: union(parts.map((p) => p.v4)), v6: union(parts.map((p) => p.v6)) };
    sets.set(name, excepted.has(name) ? { ...united, excepted: true } : united);
  }
  for (const set of namedContainers(policy).map(containerSet)) if (used.has(set.name)) sets.set(set.name, set);
  for (const set of forwardsOf(policy).map(targetSet)) if (used.has(set.name)) sets.set(set.name, set);
  return [...sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

type AddressMatch = Extract<Match, { kind: "address" }>;

/** The names of the address sets that chains refer to, by matches of a kind. */
export function setNames(chains: readonly Chain[], is: (match: AddressMatch) => boolean = () => true): Set<string> {
  const names = new Set<string>();
  for (const { rules } of chains) {
    for (const { matches } of rules) {
      for (const match of matches) if (match.kind === "address" && is(match)) names.add(match.set);
    }
  }
  return names;
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

/** INVARIANT: networks stand in the place of countries when a policy is compiled. */
function withoutCountries(name: string, address: AddressPolicy): AddressPolicy {
  if (address.countries !== undefined) throw new Error(`invariant: the address ${name} has countries, and no networks`);
  return address;
}

const sorted = new WeakMap<readonly string[], readonly string[]>();

/** A list alone is sorted once: those of countries are long, and the hosts of a fleet share them. */
function union(lists: readonly (readonly string[])[]): readonly string[] {
  const [only] = lists;
  if (only === undefined || lists.length > 1) return [...new Set(lists.flat())].sort();
  const known = sorted.get(only) ?? [...new Set(only)].sort();
  sorted.set(only, known);
  return known;
}
