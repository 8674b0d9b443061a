import { MOST_SNAT_ADDRESSES } from "../model/checks/conditions";
import type { HostAddress, HostPolicy, RuleEntry } from "../model/policy";
import { originOf } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import type { Chain, Rule, Verdict } from "./ruleset";

export const ACCEPT_WITH_MASQUERADE: Verdict = { kind: "goto", chain: "accept+nat" };

/** Remembers that the source is to be changed to that of the interface, and goes on. */
export function markForMasquerade(policy: HostPolicy): Verdict {
  return { kind: "mark-masquerade", ...(sourcesOf(policy).size > 0 && { source: 0 }) };
}

/** Where an entry sends what it accepts, so that its source is changed. */
export function acceptWithNat(policy: HostPolicy, entry: RuleEntry): Verdict {
  if (!putsIn(entry)) return ACCEPT_WITH_MASQUERADE;
  return { kind: "goto", chain: `snat/${sourcesOf(policy).get(keyOf(entry))?.source ?? 0}` };
}

/**
 * Accept, and remember in one bit of the packet's mark that the source is to be changed: the nat table sees only the
 * first packet of a connection, and later than the filter does. Which entry accepted it can not be told again there, so
 * where entries name addresses to put in, four bits more hold the number of the address.
 */
export function acceptWithNatChains(policy: HostPolicy): Chain[] {
  const sources = [...sourcesOf(policy).values()].map(({ source }) => source);
  const chain = (name: string, source?: number): Chain => ({
    name,
    rules: [
      implicit("mark for masquerade", { kind: "mark-masquerade", ...(source !== undefined && { source }) }),
      implicit("accept marked", ACCEPT),
    ],
  });
  return [
    sources.length === 0 ? chain("accept+nat") : chain("accept+nat", 0),
    ...sources.map((source) => chain(`snat/${source}`, source)),
  ];
}

export function masqueradeChain(policy: HostPolicy): Chain {
  return {
    name: "masquerade",
    hook: "postrouting",
    rules: [
      ...[...sourcesOf(policy).values()].map(({ source, entry }) => sourceRule(policy, entry, source)),
      implicit("masquerade what accept+nat marked", { kind: "masquerade" }, [{ kind: "masquerade-mark" }]),
    ],
  };
}

/** A number for every address to put in, from 1; 0 is the interface's own. */
function sourcesOf({
  entries,
}: HostPolicy): ReadonlyMap<string, { readonly source: number; readonly entry: SnatEntry }> {
  const sources = new Map<string, { source: number; entry: SnatEntry }>();
  for (const entry of entries) {
    if (entry.kind !== "rule" || !putsIn(entry) || sources.has(keyOf(entry))) continue;
    sources.set(keyOf(entry), { source: sources.size + 1, entry });
  }
  // INVARIANT: the checks let no more pass than the mark can tell apart.
  if (sources.size > MOST_SNAT_ADDRESSES) throw new Error(`invariant: ${sources.size} addresses for snat on one host`);
  return sources;
}

type SnatEntry = RuleEntry & { readonly snat: HostAddress };

function putsIn(entry: RuleEntry): entry is SnatEntry {
  return entry.snat !== undefined && entry.action === "accept+nat";
}

function keyOf({ snat: { v4 = "", v6 = "" } }: SnatEntry): string {
  return `${v4} ${v6}`;
}

/** A family without an address to put in gets that of the interface. */
function sourceRule(policy: HostPolicy, entry: SnatEntry, source: number): Rule {
  const { v4, v6 } = entry.snat;
  return {
    ...(v4 === undefined ? { family: 6 as const } : v6 === undefined ? { family: 4 as const } : {}),
    matches: [{ kind: "masquerade-mark", source }],
    verdict: { kind: "snat", ...(v4 !== undefined && { v4 }), ...(v6 !== undefined && { v6 }) },
    origin: originOf(policy, entry),
  };
}
