import { ACCEPT, implicit } from "./implicit";
import type { Rule } from "./ruleset";

/** Answers, and what belongs to an accepted connection, pass first: one rule decides for nearly every packet. */
export function acceptEstablished(): Rule {
  return implicit("established and related", ACCEPT, [{ kind: "conntrack-state", states: ["established", "related"] }]);
}
