import type { HostPolicy, RuleEntry } from "../model/policy";
import { exceptMatches } from "./conditions";
import { addressMatches, originOf } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import type { Chain, Match, Rule, Verdict } from "./ruleset";
import { serviceAlternatives } from "./services";

export const ACCEPT_WITH_MASQUERADE: Verdict = { kind: "goto", chain: "accept+nat" };

/**
 * Accepts, and remembers in one bit of the packet's mark that the source is to be changed: the nat table sees only the
 * first packet of a connection, and later than the filter does.
 */
export function acceptWithMasquerade(): Chain {
  return {
    name: "accept+nat",
    rules: [implicit("mark for masquerade", { kind: "mark-masquerade" }), implicit("accept marked", ACCEPT)],
  };
}

export function masqueradeChain(policy: HostPolicy): Chain {
  return {
    name: "masquerade",
    hook: "postrouting",
    rules: [
      ...policy.entries.flatMap((entry) => (entry.kind === "rule" ? sourceRules(policy, entry) : [])),
      implicit("masquerade what accept+nat marked", { kind: "masquerade" }, [{ kind: "masquerade-mark" }]),
    ],
  };
}

/** An entry with an address to put in is known again by what it matched, and by the way out. */
function sourceRules(policy: HostPolicy, entry: RuleEntry): Rule[] {
  const { snat, to } = entry;
  if (snat === undefined || entry.action !== "accept+nat") return [];
  const { v4, v6 } = snat;
  const family = v4 === undefined ? 6 : v6 === undefined ? 4 : undefined;
  const verdict: Verdict = { kind: "snat", ...(v4 !== undefined && { v4 }), ...(v6 !== undefined && { v6 }) };
  return waysOut(policy, to).flatMap((way) =>
    serviceAlternatives(policy, entry.services, entry.sourcePorts)
      .filter(
        (alternative) => alternative.family === undefined || family === undefined || alternative.family === family,
      )
      .map((alternative) => ({
        ...((family ?? alternative.family) !== undefined && { family: (family ?? alternative.family) as 4 | 6 }),
        matches: [
          { kind: "masquerade-mark" },
          ...way,
          ...addressMatches(entry),
          ...exceptMatches(entry),
          ...alternative.matches,
        ],
        verdict,
        origin: originOf(policy, entry),
      })),
  );
}

function waysOut(policy: HostPolicy, to: RuleEntry["to"]): Match[][] {
  if (to.kind !== "zone") return [[]];
  const zone = policy.zones.find(({ name }) => name === to.name);
  return (zone?.interfaces ?? []).map(({ name }) => [{ kind: "out-interface", name }]);
}
