import type { HostPolicy } from "../model/policy";
import { linksOf } from "./links";
import { logChains } from "./log";
import { acceptWithNatChains, masqueradeChain } from "./masquerade";
import { forwardChains } from "./forward";
import { inputChains } from "./input";
import { outputChains } from "./output";
import { prerouteChain } from "./port-forwards";
import { rejectChain } from "./reject";
import type { Ruleset } from "./ruleset";
import { countedApart } from "./counts";
import { deepFreeze } from "./freeze";
import { mergePairs } from "./pairs";
import { prune } from "./prune";
import { setNames, usedSets } from "./sets";

export interface CompileOptions {
  /** Whether rules that look at a source and a port become sets of pairs; what they mean stays. @default true */
  readonly merge?: boolean;
}

/**
 * HostPolicy → Ruleset. Pure: the same policy gives the same ruleset. The policy must have passed its checks; a name
 * that it does not hold is a bug of ours and throws.
 */
export function compile(policy: HostPolicy, options: CompileOptions = {}): Ruleset {
  const written = countedApart(
    prune([
      ...prerouteChain(policy),
      ...inputChains(policy),
      ...forwardChains(policy),
      ...outputChains(policy),
      ...logChains(policy),
      masqueradeChain(policy),
      ...acceptWithNatChains(policy),
      rejectChain(),
    ]),
  );
  const bridges = policy.zones.flatMap(({ containers, interfaces }) =>
    containers === undefined ? [] : interfaces.map(({ name }) => name),
  );
  const ruleset = deepFreeze({
    host: policy.host,
    ...(bridges.length > 0 && { docker: { bridges, links: linksOf(policy) } }),
    sets: usedSets(policy, written),
    chains: written,
  });
  return options.merge === false ? ruleset : merge(ruleset);
}

/** The same ruleset, its rules that look at a source and a port as sets of pairs. */
export function merge(ruleset: Ruleset): Ruleset {
  const chains = mergePairs(ruleset.chains, ruleset.sets);
  if (chains === ruleset.chains) return ruleset;
  const used = setNames(chains);
  return deepFreeze({ ...ruleset, sets: ruleset.sets.filter(({ name }) => used.has(name)), chains });
}
