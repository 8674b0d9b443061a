import { differenceOf } from "../analysis/difference";
import { differenceInWords, EFFECT_WORDS, EFFECTS } from "../analysis/difference-words";
import { compile } from "../compile/compile";
import type { HostPolicy } from "../model/policy";
import type { ChangeReport } from "./data";

/** What a change does to packets, and the lines of the policy that make it. */
export function changeReport(before: HostPolicy, after: HostPolicy, lines: readonly string[]): ChangeReport {
  const difference = differenceOf(compile(before, { merge: false }), compile(after, { merge: false }));
  const words = differenceInWords(difference, after.zones);
  const effects = EFFECTS.map((effect) => ({ title: EFFECT_WORDS[effect], sets: words[effect] }));
  return { effects: effects.filter(({ sets }) => sets.length > 0), lines };
}
