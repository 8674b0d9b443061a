import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { levelOf, type Finding } from "../model/findings";
import { FINDINGS_FILE } from "./format";

/** What a synth has found about a host that did not stop it: warnings, notes, and what is silenced. */
export function readFindings(folder: string): Finding[] {
  const file = join(folder, FINDINGS_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Finding[]) : [];
}

/** The file's text. Levels stand there for other programs to read. */
export function findingsText(findings: readonly Finding[]): string {
  return `${JSON.stringify(
    findings.map((finding) => ({ level: levelOf(finding), ...finding })),
    null,
    2,
  )}\n`;
}
