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

/** A comment for a pull request: what packets notice first, the policy's words to unfold; hosts that change alike as one. */
export function asMarkdown(reports: readonly DiffReport[]): string {
  const changed = reports.filter(({ different }) => different === true);
  const failed = reports.filter(({ error }) => error !== undefined);
  const parts = [
    ...groupByChange(new Map(changesOf(changed))).map(({ hosts, lines }) => packetsPart(hosts, effectLines(lines))),
    ...failed.map(({ host, error }) => `**${host}** could not be asked: ${error?.message ?? ""}\n`),
    ...groupByWords(changed).map(({ hosts, lines }) => wordsPart(hosts, lines)),
  ];
  if (parts.length === 0) parts.push("No host changes.\n");
  return `## Firewalls\n\n${asFarAsThereIsRoom(parts)}`;
}

function packetsPart(hosts: readonly string[], told: readonly string[]): string {
  const lines = told.length === 0 ? ["Every packet fares as before."] : fenced(told);
  return [`**${namesOf(hosts)}**`, "", ...lines, ""].join("\n");
}

function wordsPart(hosts: readonly string[], lines: readonly string[]): string {
  const count = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  const summary = `<details><summary>${namesOf(hosts)}: ${count} of the policy</summary>`;
  return [summary, "", ...fenced(lines, "diff"), "", "</details>", ""].join("\n");
}

function groupByWords(changed: readonly DiffReport[]): { hosts: string[]; lines: readonly string[] }[] {
  const groups = new Map<string, { hosts: string[]; lines: readonly string[] }>();
  for (const { host, lines = [] } of changed) {
    const changes = lines.filter((line) => !line.startsWith(" "));
    const key = changes.join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { hosts: [host], lines: changes });
    else group.hosts.push(host);
  }
  return [...groups.values()];
}

/** GitHub refuses comments of more than 65,536 characters. */
const ROOM = 60_000;

function asFarAsThereIsRoom(parts: readonly string[]): string {
  let [shown, length] = [0, 0];
  while (shown < parts.length && (length += (parts[shown] ?? "").length + 1) <= ROOM) shown++;
  const rest = parts.length - shown;
  const more = rest === 0 ? [] : [`${rest} more ${rest === 1 ? "part has" : "parts have"} no room here: \`cdkfw diff\` tells all.\n`]; // prettier-ignore
  return [...parts.slice(0, shown), ...more].join("\n");
}

function changesOf(reports: readonly DiffReport[]): [string, DifferenceLines][] {
  return reports.flatMap(({ host, packets }): [string, DifferenceLines][] =>
    packets === undefined ? [] : [[host, packets]],
  );
}

/** More lines than that nobody reads in a comment. */
const LINES = 100;

/** Names and comments are users' words: a fence of tildes that they can not close keeps them text. */
function fenced(lines: readonly string[], language = "text"): string[] {
  const shown = lines.slice(0, LINES).map((line) => line.replaceAll("~~~", "~~ ~"));
  const rest = lines.length > LINES ? [`… and ${lines.length - LINES} more lines`] : [];
  return [`~~~~~~${language}`, ...shown, ...rest, "~~~~~~"];
}

function namesOf(hosts: readonly string[]): string {
  const shown = hosts.slice(0, 8).join(", ");
  return hosts.length > 8 ? `${shown} and ${hosts.length - 8} more hosts` : shown;
}
