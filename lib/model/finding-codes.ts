import * as z from "zod";

/** `error` stops a synth; a warning does where it is told to be strict; a note is for who wants to know. */
export type Level = "error" | "warning" | "note";

interface FindingKind {
  readonly level: Level;
  /** Whether it may be silenced where it stands. What keeps the owner out, or breaks a promise, may not. */
  readonly silenceable: boolean;
}

const silenceable = (level: Level): FindingKind => ({ level, silenceable: true });
const lasting = (level: Level): FindingKind => ({ level, silenceable: false });

/** All that can be found, by codes that stay: docs/analysis.md tells of each what it means and what to do. */
export const FINDING_KINDS = Object.freeze({
  /** A value that is not allowed, a name that is not known, parts that do not fit: found before anything is compiled. */
  mistake: lasting("error"),
  "never-matches": silenceable("warning"),
  contradicts: silenceable("warning"),
  "changes-nothing": silenceable("note"),
  "forward-refused": silenceable("warning"),
  "open-host": silenceable("warning"),
  "private-open": silenceable("error"),
  "one-family": silenceable("note"),
  expired: silenceable("warning"),
  "expires-soon": silenceable("warning"),
  lockout: lasting("error"),
  "manager-unknown": silenceable("note"),
  "expectation-failed": lasting("error"),
  "unused-silence": lasting("note"),
}) satisfies Readonly<Record<string, FindingKind>>;

export type FindingCode = keyof typeof FINDING_KINDS;

const silenceableCodes = (Object.keys(FINDING_KINDS) as FindingCode[]).filter(
  (code) => FINDING_KINDS[code].silenceable,
) as [FindingCode, ...FindingCode[]];

export const silenceableCode = z.enum(silenceableCodes);

/** Why a finding is right as it is: kept, and shown to whoever asks. */
export const silenceReason = z
  .string()
  .min(3, "words that say why")
  .max(200, "at most 200 characters")
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "printable characters on one line");

/** Findings that are known and meant, each with its reason. */
export const silences = z.partialRecord(silenceableCode, silenceReason);

export type Silences = Readonly<Partial<Record<FindingCode, string>>>;
