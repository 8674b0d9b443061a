import { Command } from "commander";
import { hostHistory, type HostHistory, type PastChange } from "../../lib/deploy/history";
import { action } from "../action";
import { colour } from "../colour";
import { askHosts, isAnswer, silenceInWords } from "../each-host";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { HOSTS_OR_ALL, whole, withConnection, withJson, withOutput, withParallel, type ConnectionFlags } from "../options"; // prettier-ignore
import { print, printJson } from "../output";

type Flags = ConnectionFlags & { out: string; parallel: number; last: number; json?: boolean };

type Report = { host: string } & HostHistory;

export function historyCommand(): Command {
  const command = withJson(withConnection(withParallel(withOutput(new Command("history")))))
    .description(
      "tell how the changes of each host ended: when, by whom and from where, from which generation to which",
    )
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--last <n>", "only so many changes, the latest", whole(1, 500), 20)
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw history web-1 --last 5\n\nExit: 0, or 1 where a host could not be asked",
    );
  return action(command, async (names: string[], flags: Flags) => {
    const bundles = bundlesOf(flags.out, names);
    const reports = await askHosts(bundles, flags, async (connection, { manifest: { host } }): Promise<Report> => {
      const { changes, ...rest } = await hostHistory(connection);
      return { host, ...rest, changes: changes.slice(-flags.last) };
    });
    if (flags.json === true) printJson(reports);
    else for (const report of reports) print(isAnswer(report) ? inWords(report) : silenceInWords(report));
    return reports.every(isAnswer) ? EXIT.done : EXIT.failed;
  });
}

function inWords({ host, generation, changes, kept }: Report): string {
  const lines = changes.map((change) => `  ${line(change)}`);
  const others = kept.filter((id) => id !== generation);
  const back = others.length === 0 ? [] : [`  can go back to ${others.join(", ")}`];
  return [`${host}  generation ${generation ?? "none"}`, ...lines, ...back].join("\n");
}

function line({ time, outcome, generation, previous, owner, from, why }: PastChange): string {
  const paint = outcome === "committed" || outcome === "torn-down" ? colour.green : outcome === "safe-rules" ? colour.red : colour.yellow; // prettier-ignore
  const way = `${previous ?? "none"} → ${generation}`;
  const who = from === null ? owner : `${owner} from ${from}`;
  return `${time}  ${paint(outcome.padEnd(11))}  ${way}  ${who}${why === null ? "" : `: ${why}`}`;
}
