import type { HostPolicy, RuleEntry } from "../policy";
import type { Check } from "./check";

/** A source is a zone or the host, never all. */
export const sourceIsNotAll: Check = ({ policy, report }) => {
  for (const { from, origin } of rulesOf(policy)) {
    if (from.kind !== "all") continue;
    report({
      origin,
      problem: "`all` is no source",
      allowed: "a zone, or `host` for what the host itself sends",
      fix: "write one rule for each zone that the packets come from",
    });
  }
};

/** What the host says to itself is always allowed, and not for a rule to decide. */
export const hostDoesNotTalkToItself: Check = ({ policy, report }) => {
  for (const { from, to, origin } of rulesOf(policy)) {
    if (from.kind !== "host" || to.kind !== "host") continue;
    report({
      origin,
      problem: "a rule from `host` to `host` never matches: loopback is always allowed",
      fix: "name a zone on one of the two sides",
    });
  }
};

/** Only what leaves the host again can be masqueraded. */
export const natLeavesTheHost: Check = ({ policy, report }) => {
  for (const { action, to, origin } of rulesOf(policy)) {
    if (action !== "accept+nat" || to.kind !== "host") continue;
    report({
      origin,
      problem: "`accept+nat` towards `host` has nothing to masquerade: the packets stay on the host",
      allowed: "a zone or `all` as destination",
      fix: "use `accept`",
    });
  }
};

function rulesOf(policy: HostPolicy): RuleEntry[] {
  return policy.entries.filter((entry) => entry.kind === "rule");
}
