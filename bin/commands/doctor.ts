import { Command } from "commander";
import type { Bundle } from "../../lib/bundle/format";
import { examineDeployer } from "../../lib/deploy/doctor/deployer";
import { failure, warning, type Diagnosis } from "../../lib/deploy/doctor/diagnosis";
import { examineHost } from "../../lib/deploy/doctor/host";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { colour } from "../colour";
import { EXIT } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import { HOSTS_OR_ALL, withConnection, withJson, withOutput, withParallel, type ConnectionFlags } from "../options";
import { print, printJson } from "../output";

type Flags = ConnectionFlags & { out: string; parallel: number; json?: boolean };

/** What was found about one machine; `host` is null for the one that deploys. */
interface Report {
  readonly host: string | null;
  readonly findings: readonly Diagnosis[];
}

export function doctorCommand(): Command {
  const command = withJson(withConnection(withParallel(withOutput(new Command("doctor")))))
    .description(
      "look at this machine and at each host, and say what keeps deployments from going well; changes nothing",
    )
    .argument("[host...]", HOSTS_OR_ALL)
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw doctor web-1\n\nExit: 0, or 1 where something fails; warnings do not count",
    );
  return action(command, async (names: string[], flags: Flags) => {
    const { bundles, finding } = hostsOf(flags.out, names);
    const here = await examineDeployer();
    const there = await sideBySide(bundles, flags.parallel, (bundle) => examine(bundle, flags, bundles.length));
    const reports: Report[] = [{ host: null, findings: [...here, ...finding] }, ...there];
    if (flags.json === true) printJson(reports);
    else print(reports.map(inWords).join("\n\n"));
    const failed = reports.some(({ findings }) => findings.some(({ state }) => state === "fail"));
    return failed ? EXIT.failed : EXIT.done;
  });
}

/** Before the first synth there are no hosts to look at, which is no failure where none is named. */
function hostsOf(output: string, names: readonly string[]): { bundles: Bundle[]; finding: Diagnosis[] } {
  try {
    return { bundles: bundlesOf(output, names), finding: [] };
  } catch (error) {
    if (names.length > 0 || !(error instanceof UserError) || error.code !== "no-bundle") throw error;
    return { bundles: [], finding: [warning("hosts", error.message, error.help ?? "")] };
  }
}

async function examine(bundle: Bundle, flags: Flags, hosts: number): Promise<Report> {
  const { host, backend } = bundle.manifest;
  try {
    return { host, findings: await onHost(bundle, flags, hosts, (connection) => examineHost(connection, backend)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { host, findings: [failure("ssh", error.message, error.help ?? "")] };
  }
}

const MARKS = { ok: colour.green("ok  "), warn: colour.yellow("warn"), fail: colour.red("fail") } as const;

function inWords({ host, findings }: Report): string {
  const lines = findings.flatMap(({ state, check, message, help }) => [
    `  ${MARKS[state]}  ${check.padEnd(14)}  ${message}`,
    ...(help === undefined || help === "" ? [] : [`${" ".repeat(24)}${help}`]),
  ]);
  return [host ?? "this machine", ...lines].join("\n");
}
