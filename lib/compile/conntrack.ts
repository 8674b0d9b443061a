import type { HostPolicy } from "../model/policy";
import { ACCEPT, DROP, implicit } from "./implicit";
import type { Rule } from "./ruleset";

/** Answers, and what belongs to an accepted connection, pass first: one rule decides for nearly every packet. */
export function acceptEstablished(): Rule {
  return implicit("established and related", ACCEPT, [{ kind: "conntrack-state", states: ["established", "related"] }]);
}

/** What belongs to no connection and can begin none: late packets of closed ones, and what scanners make up. */
export function dropInvalid(policy: HostPolicy): Rule[] {
  if (policy.invalid === "ignore") return [];
  return [implicit("conntrack can make nothing of it", DROP, [{ kind: "conntrack-state", states: ["invalid"] }])];
}
