import type { DifferenceLines } from "../lib/analysis/difference-words";
import { colour } from "./colour";
import { effectLines, groupByChange } from "./difference";
import { print } from "./output";

/** How a host would change. */
export interface DiffReport {
  readonly host: string;
  /** The committed generation; null for none. */
  readonly stands?: string | null;
  readonly wanted?: string;
  /** `+` is deployed anew, `-` is taken away, a blank stays; in the policy's words. */
  readonly lines?: readonly string[];
  /** What the change does to packets; left out where the policy that stands is not known. */
  readonly packets?: DifferenceLines;
  readonly different?: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly help: string | null };
}

export function printReports(reports: readonly DiffReport[]): void {
  reports.forEach(printReport);
  const [first] = changesOf(reports);
  if (first === undefined) return;
  print("\nWhat that does to packets:");
  for (const { hosts, lines } of groupByChange(new Map(changesOf(reports)))) {
    print(`${namesOf(hosts)}:`);
    const told = effectLines(lines);
    if (told.length === 0) print("  nothing: every packet fares as before");
    for (const line of told)
      print(line.startsWith("newly admitted") ? colour.green(`  ${line}`) : colour.red(`  ${line}`));
  }
}

function printReport({ host, stands, wanted, lines, different, error }: DiffReport): void {
  if (error !== undefined) return print(`${host}: ${error.message}${error.help === null ? "" : `\n  ${error.help}`}`);
  if (different !== true) return print(`${host}: no difference`);
  print(`${host}:  generation ${stands ?? "none"} → ${wanted ?? ""}`);
  if (lines?.every((line) => line.startsWith(" "))) print("  the same policy, compiled in another way");
  for (const line of lines ?? []) {
    if (line.startsWith("+")) print(colour.green(`  ${line}`));
    else if (line.startsWith("-")) print(colour.red(`  ${line}`));
  }
}

/** A comment for a pull request: what packets notice first, the policy's words to unfold. */
export function asMarkdown(reports: readonly DiffReport[]): string {
  const changed = reports.filter(({ different }) => different === true);
  const failed = reports.filter(({ error }) => error !== undefined);
  const parts = ["## Firewalls", ""];
  if (changed.length === 0 && failed.length === 0) parts.push("No host changes.");
  for (const { hosts, lines } of groupByChange(new Map(changesOf(changed)))) {
    const told = effectLines(lines);
    parts.push(
      `**${namesOf(hosts)}**`,
      "",
      ...(told.length === 0 ? ["Every packet fares as before."] : fenced(told)),
      "",
    );
  }
  for (const { host, lines = [] } of changed) {
    const changes = lines.filter((line) => !line.startsWith(" "));
    parts.push(`<details><summary>${host}: ${changes.length} lines of its policy</summary>`, "", ...fenced(changes, "diff"), "", "</details>", ""); // prettier-ignore
  }
  for (const { host, error } of failed) parts.push(`**${host}** could not be asked: ${error?.message ?? ""}`, "");
  return parts.join("\n");
}

function changesOf(reports: readonly DiffReport[]): [string, DifferenceLines][] {
  return reports.flatMap(({ host, packets }): [string, DifferenceLines][] =>
    packets === undefined ? [] : [[host, packets]],
  );
}

/** Names and comments are users' words: a fence of tildes that they can not close keeps them text. */
function fenced(lines: readonly string[], language = "text"): string[] {
  return [`~~~~~~${language}`, ...lines.map((line) => line.replaceAll("~~~", "~~ ~")), "~~~~~~"];
}

function namesOf(hosts: readonly string[]): string {
  const shown = hosts.slice(0, 8).join(", ");
  return hosts.length > 8 ? `${shown} and ${hosts.length - 8} more hosts` : shown;
}
