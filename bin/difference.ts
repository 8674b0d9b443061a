import { differenceOf } from "../lib/analysis/difference";
import { differenceInWords, EFFECTS, EFFECT_WORDS, type DifferenceLines } from "../lib/analysis/difference-words";
import { readPolicy } from "../lib/bundle/read-policy";
import { compile } from "../lib/compile/compile";
import { withNetworks } from "../lib/model/countries";
import type { HostPolicy } from "../lib/model/policy";

/** The policy of a bundle, as it is compiled: countries are networks. */
export function wholePolicyOf(folder: string): HostPolicy {
  const { policy, countries } = readPolicy(folder);
  return withNetworks(policy, countries);
}

/** What a change does to packets. */
export function differenceOfPolicies(before: HostPolicy, after: HostPolicy): DifferenceLines {
  const [one, other] = [before, after].map((policy) => compile(policy, { merge: false }));
  if (one === undefined || other === undefined) throw new Error("INVARIANT: two policies are compared");
  const known = new Set(after.zones.map(({ name }) => name));
  const zones = [...after.zones, ...before.zones.filter(({ name }) => !known.has(name))];
  return differenceInWords(differenceOf(one, other), zones);
}

/** Hosts whose change does the same to packets. */
export interface ChangeGroup {
  readonly hosts: readonly string[];
  readonly lines: DifferenceLines;
}

/** Hosts that change alike stand together, in the order of the first of them. */
export function groupByChange(changes: ReadonlyMap<string, DifferenceLines>): ChangeGroup[] {
  const groups = new Map<string, { hosts: string[]; lines: DifferenceLines }>();
  for (const [host, lines] of changes) {
    const key = JSON.stringify(lines);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { hosts: [host], lines });
    else group.hosts.push(host);
  }
  return [...groups.values()];
}

/** `newly admitted  tcp 22 from 0.0.0.0/0 on ext → host`; nothing where no packet fares otherwise. */
export function effectLines(lines: DifferenceLines): string[] {
  return EFFECTS.flatMap((effect) => lines[effect].map((line) => `${EFFECT_WORDS[effect]}  ${line}`));
}
