import type { Action, Entry, HostPolicy } from "../model/policy";
import { entryVerdict, originOf, type Way } from "./entries";
import type { Chain, Match, Rule, Verdict } from "./ruleset";

/** Lines that may come at once before the rate of an entry's log counts. */
const LOG_BURST = 5;

/** Where an entry that logs sends its packets: to a chain that writes the line and then does what the entry says. */
export function logChain(index: number, way: Way): Verdict {
  return { kind: "goto", chain: `log/${index}/${way}` };
}

/** The chains of all entries that log; those that nothing leads to are pruned later. */
export function logChains(policy: HostPolicy): Chain[] {
  return policy.entries.flatMap((entry, index) =>
    entry.log === undefined ? [] : (["passing", "local"] as const).map((way) => chainOf(policy, entry, index, way)),
  );
}

function chainOf(policy: HostPolicy, entry: Entry, index: number, way: Way): Chain {
  const action: Action = entry.kind === "rule" ? entry.action : "accept";
  return {
    name: `log/${index}/${way}`,
    rules: [
      ...logRule(policy, entry, index, action),
      { matches: [], verdict: entryVerdict(policy, entry, way), origin: originOf(policy, entry) },
    ],
  };
}

/** Refused broadcasts and multicasts are the noise of every network: no line tells of them. */
function logRule(policy: HostPolicy, entry: Entry, index: number, action: Action): Rule[] {
  if (entry.log === undefined) return [];
  const { prefix = `${action}: `, level, rate } = entry.log;
  const quiet: Match[] =
    action === "reject" || action === "drop"
      ? [
          { kind: "destination-type", type: "broadcast", except: true },
          { kind: "destination-type", type: "multicast", except: true },
        ]
      : [];
  const limit: Match = { kind: "limit", name: `log-${index}`, rate, burst: LOG_BURST, perSource: false };
  return [{ matches: [...quiet, limit], verdict: { kind: "log", prefix, level }, origin: originOf(policy, entry) }];
}
