import { distance } from "fastest-levenshtein";
import { FINDING_KINDS, type FindingCode, type Level } from "./finding-codes";
import { printOrigin, type Origin } from "./origin";

export { show } from "./show";

/** One thing to tell about what a user declared. A synth collects all of them and shows them together. */
export interface Finding {
  readonly origin: Origin;
  /** @default `mistake` */
  readonly code?: FindingCode;
  /** One sentence that names what was given in backticks. */
  readonly problem: string;
  /** What may be given instead. */
  readonly allowed?: string;
  /** What to do about it. */
  readonly fix?: string;
  /** A packet that proves it, in words. */
  readonly packet?: string;
  /** The reason that silences it. */
  readonly silenced?: string;
}

export function levelOf({ code = "mistake" }: Finding): Level {
  return FINDING_KINDS[code].level;
}

/** Those that stop a synth. */
export function errorsAmong<F extends Finding>(findings: readonly F[]): F[] {
  return findings.filter((finding) => levelOf(finding) === "error" && finding.silenced === undefined);
}

/** `edge/fleet/web-3/ext (main.ts:12): problem. Allowed: … Fix: …` */
export function printFinding(finding: Finding): string {
  const parts = [ended(finding.problem)];
  if (finding.packet !== undefined) parts.push(`Packet: ${finding.packet}.`);
  if (finding.allowed !== undefined) parts.push(`Allowed: ${finding.allowed}.`);
  if (finding.fix !== undefined) parts.push(asSentence(finding.fix));
  return `${printOrigin(finding.origin)}: ${parts.join(" ")}`;
}

const ended = (words: string) => (/[.?!]$/.test(words) ? words : `${words}.`);

const asSentence = (words: string) => ended(words.charAt(0).toUpperCase() + words.slice(1));

/** The known name that a mistyped one probably meant, or nothing where none is near. */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(given.length * 0.4) + 2;
  for (const name of known) {
    const steps = distance(given.toLowerCase(), name.toLowerCase());
    if (steps < least) [best, least] = [name, steps];
  }
  return best;
}

/** Puts findings about one document into the order of its lines. */
export function byPlace(findings: readonly Finding[]): Finding[] {
  const place = ({ origin }: Finding) => (origin.line ?? 0) * 100_000 + Math.min(origin.column ?? 0, 99_999);
  return [...findings].sort((one, other) => place(one) - place(other));
}
