import { ACCEPT, implicit } from "./implicit";
import type { Chain, Verdict } from "./ruleset";

export const ACCEPT_WITH_MASQUERADE: Verdict = { kind: "goto", chain: "accept+nat" };

/**
 * Accepts, and remembers in one bit of the packet's mark that the source is to be masqueraded: the nat table sees only
 * the first packet of a connection, and later than the filter does.
 */
export function acceptWithMasquerade(): Chain {
  return {
    name: "accept+nat",
    rules: [implicit("mark for masquerade", { kind: "mark-masquerade" }), implicit("accept marked", ACCEPT)],
  };
}

export function masqueradeChain(): Chain {
  return {
    name: "masquerade",
    hook: "postrouting",
    rules: [implicit("masquerade what accept+nat marked", { kind: "masquerade" }, [{ kind: "masquerade-mark" }])],
  };
}
