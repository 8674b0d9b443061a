import type { Action, Entry, HostPolicy, RuleEntry } from "../model/policy";
import { entryInWords } from "../model/words";
import { countingMatches, exceptMatches, timelessMatches } from "./conditions";
import { containerMatches } from "./container-sets";
import { ACCEPT, DROP } from "./implicit";
import { logChain } from "./log";
import { ACCEPT_WITH_MASQUERADE, acceptWithNat } from "./masquerade";
import { setName } from "./names";
import { REJECT } from "./reject";
import type { Match, Rule, RuleOrigin, Verdict } from "./ruleset";
import { serviceAlternatives, type Alternative } from "./services";

/** What an action means for packets that pass through, and for those from or to the host itself. */
export type Way = "passing" | "local";

const PASSING: Readonly<Record<Action, Verdict>> = {
  accept: ACCEPT,
  "accept+nat": ACCEPT_WITH_MASQUERADE,
  reject: REJECT,
  drop: DROP,
};

/** Traffic of the host itself is never masqueraded: it already has the host's address. */
const VERDICTS: Readonly<Record<Way, Readonly<Record<Action, Verdict>>>> = {
  passing: PASSING,
  local: { ...PASSING, "accept+nat": ACCEPT },
};

/** The rules of one entry, in a chain that has decided already where a packet comes from and goes to. */
export function ruleRules(policy: HostPolicy, entry: RuleEntry, way: Way): Rule[] {
  const services = serviceAlternatives(policy, entry.services, entry.sourcePorts);
  return rulesFor(policy, entry, way, addressMatches(entry), services);
}

/** The same with matches of one's own for the addresses and for the services. */
export function rulesFor(
  policy: HostPolicy,
  entry: RuleEntry,
  way: Way,
  addresses: readonly Match[],
  services: readonly Alternative[],
): Rule[] {
  const index = indexOf(policy, entry);
  const before = [...addresses, ...exceptMatches(entry)];
  const after = [...timelessMatches(entry), ...countingMatches(entry, index)];
  const verdict = entry.log === undefined ? entryVerdict(policy, entry, way) : logChain(index, way);
  return services.map(({ family, matches }) => ({
    ...(family !== undefined && { family }),
    matches: [...before, ...matches, ...after],
    verdict,
    origin: originOf(policy, entry),
  }));
}

/** The number that tells an entry's counts and chains from those of others; looked for only where there are any. */
export function indexOf({ entries }: HostPolicy, entry: Entry): number {
  const counted = entry.log !== undefined || entry.limit !== undefined || entry.connections !== undefined;
  return counted ? entries.indexOf(entry) : 0;
}

/** What an entry does with what it matches, once it is logged. */
export function entryVerdict(policy: HostPolicy, entry: Entry, way: Way): Verdict {
  if (entry.kind === "forward") return verdictOf("accept", way);
  const nat = entry.action === "accept+nat" && way === "passing";
  return nat ? acceptWithNat(policy, entry) : verdictOf(entry.action, way);
}

export function verdictOf(action: Action, way: Way): Verdict {
  return VERDICTS[way][action];
}

/** Where it comes from and goes to, as far as the entry names addresses. */
export function addressMatches({ source, destination, from, to }: RuleEntry): Match[] {
  return [
    ...containerMatches("source", from),
    ...(source.length === 0 ? [] : [{ kind: "address", side: "source", set: setName(source) } as const]),
    ...containerMatches("destination", to),
    ...(destination.length === 0 ? [] : [{ kind: "address", side: "destination", set: setName(destination) } as const]),
  ];
}

const origins = new WeakMap<HostPolicy, Map<Entry, RuleOrigin>>();

/** One object for all the rules of an entry, in however many chains: printers make its text once. */
export function originOf(policy: HostPolicy, entry: Entry): RuleOrigin {
  const known = origins.get(policy) ?? new Map<Entry, RuleOrigin>();
  if (known.size === 0) origins.set(policy, known);
  let origin = known.get(entry);
  if (origin === undefined) {
    origin = { kind: "entry", origin: entry.origin, words: entryInWords(entry) };
    known.set(entry, origin);
  }
  return origin;
}
