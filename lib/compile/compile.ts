import type { HostPolicy } from "../model/policy";
import { acceptWithMasquerade, masqueradeChain } from "./masquerade";
import { forwardChains } from "./forward";
import { inputChains } from "./input";
import { outputChains } from "./output";
import { rejectChain } from "./reject";
import type { Ruleset } from "./ruleset";
import { deepFreeze } from "./freeze";
import { prune } from "./prune";
import { usedSets } from "./sets";

/**
 * HostPolicy → Ruleset. Pure: the same policy gives the same ruleset. The policy must have passed its checks; a name
 * that it does not hold is a bug of ours and throws.
 */
export function compile(policy: HostPolicy): Ruleset {
  const chains = prune([
    ...inputChains(policy),
    ...forwardChains(policy),
    ...outputChains(policy),
    masqueradeChain(),
    acceptWithMasquerade(),
    rejectChain(),
  ]);
  return deepFreeze({ host: policy.host, sets: usedSets(policy, chains), chains });
}
