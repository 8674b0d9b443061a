import type { Rule, Verdict, Match } from "./ruleset";

/** A rule that no user wrote: the language implies it, and says why. */
export function implicit(
  reason: string,
  verdict: Verdict,
  matches: readonly Match[] = [],
  extra: Pick<Rule, "family" | "unlessBridge"> = {},
): Rule {
  return { ...extra, matches, verdict, origin: { kind: "implicit", reason } };
}

export const ACCEPT: Verdict = { kind: "accept" };
export const DROP: Verdict = { kind: "drop" };
