import { Command } from "commander";
import { colour } from "../colour";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { hostStatus, type HostStatus } from "../../lib/deploy/status";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { EXIT } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import {
  HOSTS_OR_ALL,
  withConnection,
  withJson,
  withOutput,
  withParallel,
  withShard,
  type ShardFlag,
  type ConnectionFlags,
} from "../options";
import { print, printJson } from "../output";

type Flags = ConnectionFlags & ShardFlag & { out: string; parallel: number; json?: boolean };

type Report =
  | ({ host: string; wanted: string } & HostStatus)
  | {
      host: string;
      wanted: string;
      state: "unreachable";
      generation: null;
      error: { code: string; message: string; help: string | null };
    };

export function statusCommand(): Command {
  const command = withJson(withConnection(withParallel(withShard(withOutput(new Command("status"))))))
    .description("tell what stands on each host")
    .argument("[host...]", HOSTS_OR_ALL)
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw status 'group:web' '!web-3' --json\n\nExit: 0, or 1 where a host could not be asked",
    );
  return action(command, async (names: string[], flags: Flags) => {
    const bundles = bundlesOf(flags.out, names, undefined, flags.shard);
    const reports = await sideBySide(bundles, flags.parallel, async (bundle): Promise<Report> => {
      const { host, generation: wanted } = bundle.manifest;
      try {
        return { host, wanted, ...(await onHost(bundle, flags, bundles.length, hostStatus)) };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const { code, message, help = null } = error;
        return { host, wanted, state: "unreachable", generation: null, error: { code, message, help } };
      }
    });
    if (flags.json === true) printJson(reports);
    else for (const report of reports) print(inWords(report));
    return reports.some(({ state }) => state === "unreachable") ? EXIT.failed : EXIT.done;
  });
}

const SAFE = colour.red("a rollback failed: the safe rules stand, SSH alone is open");

function inWords(report: Report): string {
  const head = `${report.host}  ${coloured(report)}`;
  switch (report.state) {
    case "unreachable":
      return `${head}  ${report.error.message}${report.error.help === null ? "" : `\n  ${report.error.help}`}`;
    case "none":
      return `${head}  ${report.safe === true ? SAFE : "no rules of ours"}${busy(report)}`;
    case "pending":
      return `${head}  generation ${report.generation ?? "none"}, ${report.pending?.generation ?? "?"} by ${report.pending?.owner ?? "?"} waits ${report.pending?.secondsLeft ?? 0} more s`;
    case "committed": {
      const news = report.generation === report.wanted ? "" : `, ${report.wanted} waits to be deployed`;
      const drift = report.intact === false ? colour.red("  the kernel's rules are not the committed ones") : "";
      const safe = report.safe === true ? `  ${SAFE}` : "";
      return `${head}  generation ${report.generation ?? "none"}${news}${drift}${safe}${busy(report)}${remarks(report)}`;
    }
  }
}

function remarks({ warnings = [], notes = [] }: HostStatus): string {
  const warned = warnings.map(({ message, help }) => `\n  ${colour.yellow(message)}\n    ${help}`);
  return [...warned, ...notes.map((note) => `\n  ${note}`)].join("");
}

function busy({ busy }: HostStatus): string {
  return busy === undefined ? "" : `  (${busy} is at work on it)`;
}

function coloured({ state }: Report): string {
  const paint = { none: colour.dim, committed: colour.green, pending: colour.yellow, unreachable: colour.red }[state];
  return paint(state.padEnd(11));
}
