import { basename } from "node:path";
import type { Command } from "commander";
import { readFindings } from "../lib/bundle/findings";
import { levelOf, printFinding, type Finding } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";
import { colour } from "./colour";

/** Whether warnings stop a command as errors do. */
export interface ReviewFlags {
  readonly strict?: boolean;
}

/** Findings of hosts, by their names. */
export type FoundOnHosts = ReadonlyMap<string, readonly Finding[]>;

export function withStrict(command: Command): Command {
  return command.option("--strict", "take warnings as errors");
}

/** What the synth has found about hosts, by their bundles' folders. */
export function findingsOf(folders: readonly string[]): FoundOnHosts {
  return new Map(folders.map((folder) => [basename(folder), readFindings(folder)]));
}

/** Tells findings on stderr: those that say the same of several hosts once. */
export function tellFindings(found: FoundOnHosts): void {
  const groups = new Map<string, { finding: Finding; hosts: string[] }>();
  for (const [host, findings] of found) {
    for (const finding of findings) {
      if (finding.silenced !== undefined) continue;
      const { code, origin, problem } = finding;
      const key = [code, origin.file, alike(origin.path, host), alike(problem, host)].join("|");
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { finding, hosts: [host] });
      else group.hosts.push(host);
    }
  }
  for (const group of groups.values()) process.stderr.write(`${line(group)}\n`);
}

/** Without what tells hosts apart that are declared by the same code, or one below the other. */
function alike(text: string, host: string): string {
  return text.replaceAll(host, "").replace(/(?<=:)\d+/g, "");
}

function line({ finding, hosts }: { readonly finding: Finding; readonly hosts: readonly string[] }): string {
  const level = levelOf(finding);
  const paint = level === "error" ? colour.red : level === "warning" ? colour.yellow : colour.dim;
  const others = hosts.length === 1 ? "" : ` (and ${hosts.length - 1} other ${hosts.length === 2 ? "host" : "hosts"})`;
  return `${paint(`${level}:`)} ${printFinding(finding)}${others} [${finding.code ?? "mistake"}]`;
}

/** @throws UserError `strict` where that is wished for, and there is a warning */
export function refuseWarnings(found: FoundOnHosts, { strict }: ReviewFlags): void {
  if (strict !== true) return;
  const warnings = [...found.values()].flat().filter((one) => levelOf(one) === "warning" && one.silenced === undefined);
  if (warnings.length === 0) return;
  throw new UserError(
    "strict",
    `${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}, and --strict takes them as errors`,
    "Cure them, or silence each where it stands, with a reason: docs/analysis.md.",
  );
}
