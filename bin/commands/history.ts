import { Command } from "commander";
import { hostHistory, type HostHistory, type PastChange } from "../../lib/deploy/history";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { colour } from "../colour";
import { EXIT } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import { HOSTS_OR_ALL, whole, withConnection, withJson, withOutput, withParallel, type ConnectionFlags } from "../options"; // prettier-ignore
import { print, printJson } from "../output";

type Flags = ConnectionFlags & { out: string; parallel: number; last: number; json?: boolean };

type Report =
  ({ host: string } & HostHistory) | { host: string; error: { code: string; message: string; help: string | null } };

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
    const reports = await sideBySide(bundles, flags.parallel, async (bundle): Promise<Report> => {
      const { host } = bundle.manifest;
      try {
        const { changes, ...rest } = await onHost(bundle, flags, bundles.length, hostHistory);
        return { host, ...rest, changes: changes.slice(-flags.last) };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const { code, message, help = null } = error;
        return { host, error: { code, message, help } };
      }
    });
    if (flags.json === true) printJson(reports);
    else for (const report of reports) print(inWords(report));
    return reports.some((report) => "error" in report) ? EXIT.failed : EXIT.done;
  });
}

function inWords(report: Report): string {
  if ("error" in report) {
    const { message, help } = report.error;
    return `${report.host}  ${message}${help === null ? "" : `\n  ${help}`}`;
  }
  const { host, generation, changes, kept } = report;
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
