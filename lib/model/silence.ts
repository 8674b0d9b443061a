import { FINDING_KINDS, type FindingCode } from "./finding-codes";
import type { Finding } from "./findings";
import type { Entry, HostPolicy, ZonePolicy } from "./policy";

/** What a finding is about: the nearest that silences it has the word. */
export interface Subject {
  readonly entry?: Entry | undefined;
  readonly zone?: ZonePolicy | undefined;
}

/** A finding with the reason that silences it, where there is one. */
export function withSilence(policy: HostPolicy, finding: Finding, { entry, zone }: Subject = {}): Finding {
  const { code } = finding;
  if (code === undefined || !FINDING_KINDS[code].silenceable) return finding;
  const silenced = entry?.silence?.[code] ?? zone?.silence?.[code] ?? policy.review?.silence?.[code];
  return silenced === undefined ? finding : { ...finding, silenced };
}

/** What an entry silences although there is nothing to silence: `found` are the findings about it. */
export function unusedSilences({ origin, silence = {} }: Entry, found: readonly Finding[]): Finding[] {
  return (Object.keys(silence) as FindingCode[])
    .filter((code) => !found.some((finding) => finding.code === code))
    .map((code) => ({
      origin,
      code: "unused-silence",
      problem: `\`${code}\` is silenced here, and was not found`,
      fix: "take the silence away",
    }));
}
