import { expectedQuestions } from "./asked-packets";
import { compile } from "../compile/compile";
import type { Ruleset } from "../compile/ruleset";
import { expiries } from "../model/checks/expiry";
import type { Finding } from "../model/findings";
import type { HostPolicy } from "../model/policy";
import { unusedSilences } from "../model/silence";
import { everyEntryChangesSomething } from "./findings/changes-nothing";
import { expectationsHold } from "./findings/expectations";
import { deployersReachSsh, lockoutQuestions } from "./findings/lockout";
import { everyEntryMatches } from "./findings/never-matches";
import { bothFamiliesAreMeant } from "./findings/one-family";
import { hostIsNotOpen } from "./findings/open-host";
import { privateQuestions, privateServicesStayPrivate } from "./findings/private-open";
import { Reviewed } from "./reviewed";

type Check = (reviewed: Reviewed) => void;

/** The order is that of the output. */
const CHECKS: readonly Check[] = Object.freeze([
  deployersReachSsh,
  expectationsHold,
  privateServicesStayPrivate,
  everyEntryMatches,
  everyEntryChangesSomething,
  hostIsNotOpen,
  bothFamiliesAreMeant,
]);

/**
 * All that is to tell about a policy that has passed its checks: what its rules do is held against what it says, and
 * against good sense. Those that are silenced are there, with the reasons. Pure: the day is given.
 */
export function reviewPolicy(
  policy: HostPolicy,
  today?: string,
  ruleset: Ruleset = compile(policy, { merge: false }),
): Finding[] {
  const hidden = (policy.review?.private ?? []).flatMap(({ service }) => service.matches);
  const questions = [...lockoutQuestions(policy), ...expectedQuestions(policy), ...privateQuestions(hidden)];
  const reviewed = new Reviewed(policy, ruleset, today, questions);
  for (const check of CHECKS) check(reviewed);
  const found = [...reviewed.findings, ...(today === undefined ? [] : expiries(policy, today))];
  return [...found, ...policy.entries.flatMap((entry) => unused(entry, found))];
}

function unused(entry: HostPolicy["entries"][number], found: readonly Finding[]): Finding[] {
  return entry.silence === undefined
    ? []
    : unusedSilences(
        entry,
        found.filter(({ origin }) => origin === entry.origin),
      );
}
