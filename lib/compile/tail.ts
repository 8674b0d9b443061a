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
export function zoneTail(zone: ZonePolicy): Rule[] {
  if (zone.default === undefined) return [];
  return [...acceptIcmp(), implicit(defaultOf(zone), verdictOf(zone.default, "passing"))];
}

/** How the rule is told that does what a zone says for all else. */
export function defaultOf({ name }: ZonePolicy): string {
  return `what ${name} does else`;
}

function acceptIcmp(): Rule[] {
  return ALL_ICMP.map(({ family, matches }) =>
    implicit("ICMP that no rule refused", ACCEPT, matches, family === undefined ? {} : { family }),
  );
}
