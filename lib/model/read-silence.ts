import type { Mistake } from "./explain-issues";
import { silences, type FindingCode, type Silences } from "./finding-codes";
import { FINDING_KINDS } from "./finding-codes";
import { nearestName, show } from "./findings";
import { readForm } from "./read-form";

/** Codes with the reasons why they are silenced: those that are understood. */
export function readSilence(given: unknown, mistakes: Mistake[]): Silences {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    mistakes.push({
      problem: `\`silence\` may not be ${show(given)}`,
      allowed: 'codes of findings with reasons, such as `{ "never-matches": "kept for the audit" }`',
    });
    return {};
  }
  const known: Silences = Object.fromEntries(Object.entries(given).filter(([code]) => isSilenceable(code, mistakes)));
  return readForm("silence", silences, known, mistakes) ?? {};
}

function isSilenceable(code: string, mistakes: Mistake[]): boolean {
  const codes = Object.keys(FINDING_KINDS) as FindingCode[];
  const allowed = codes.filter((one) => FINDING_KINDS[one].silenceable);
  if (allowed.includes(code as FindingCode)) return true;
  const near = nearestName(code, allowed);
  mistakes.push({
    problem: codes.includes(code as FindingCode)
      ? `${show(code)} can not be silenced`
      : `${show(code)} is no code of a finding`,
    allowed: allowed.map(show).join(", "),
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  });
  return false;
}
