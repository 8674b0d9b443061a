import { ALL_ICMP } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import { REJECT } from "./reject";
import type { Rule } from "./ruleset";

/** What happens to a packet that no entry decided: ICMP passes, all else is refused with an answer. */
export function tail(): Rule[] {
  return [
    ...ALL_ICMP.map(({ family, match }) => implicit("ICMP that no rule refused", ACCEPT, [match], { family })),
    implicit("nothing accepted it", REJECT),
  ];
}
