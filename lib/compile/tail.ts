import type { ZonePolicy } from "../model/policy";
import { verdictOf } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import { REJECT } from "./reject";
import type { Rule } from "./ruleset";
import { ALL_ICMP } from "./services";

/** What happens to a packet that no entry decided: ICMP passes, all else is refused with an answer. */
export function tail(): Rule[] {
  return [...acceptIcmp(), implicit("nothing accepted it", REJECT)];
}

/** The same for a zone that says otherwise. */
export function zoneTail({ name, default: otherwise }: ZonePolicy): Rule[] {
  if (otherwise === undefined) return [];
  return [...acceptIcmp(), implicit(`what ${name} does else`, verdictOf(otherwise, "passing"))];
}

function acceptIcmp(): Rule[] {
  return ALL_ICMP.map(({ family, matches }) =>
    implicit("ICMP that no rule refused", ACCEPT, matches, family === undefined ? {} : { family }),
  );
}
