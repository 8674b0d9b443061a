import { strangerInWords } from "../lib/deploy/drift/stranger";
import { colour } from "./colour";
import type { DeclaredDrift, DriftReport } from "./drift-report";

/** What a person reads of one host: one line where all is well. */
export function driftInWords(report: DriftReport): string {
  const { host, different, state, generation, wanted } = report;
  const head = `${host}  ${different ? colour.red("drifted") : colour.green("as declared")}`;
  const under = state === "pending" ? "  a change is under way: the kernel's rules were not compared" : "";
  const news = generation === wanted ? "" : `  generation ${generation ?? "none"}, ${wanted} waits to be deployed`;
  return [`${head}${news}${under}`, ...detailsOf(report).map((line) => `  ${line}`)].join("\n");
}

function detailsOf({ rules, strangers, policy, altered, unbooted, safe, warnings }: DriftReport): string[] {
  return [
    ...(safe === true ? [colour.red("a rollback failed: the safe rules stand, SSH alone is open")] : []),
    ...(rules?.length === 0
      ? ["the kernel's rules are not the committed ones; which, the host can not tell: it has no network namespaces"]
      : (rules ?? []).map(ruleInWords)),
    ...strangers.map((stranger) => `${colour.red("foreign")}  ${strangerInWords(stranger)}`),
    ...(altered === true ? ["the committed texts on its disk were altered: the next boot would load others"] : []),
    ...(unbooted === undefined ? [] : [`nothing loads the rules at boot (${unbooted || "no known way to boot"})`]),
    ...warnings.flatMap(({ message, help }) => [message, `  ${help}`]),
    ...policy.map((line) => (line.startsWith("+") ? colour.green(line) : colour.red(line))),
  ];
}

function ruleInWords({ kind, where, text, words, path, place }: DeclaredDrift): string {
  const paint = kind === "missing" ? colour.yellow : colour.red;
  const what = words === undefined ? text : `${words}  ${place ?? path ?? ""}`.trimEnd();
  return `${paint(kind.padEnd(7))}  ${what}  in \`${where}\``;
}
