import { Command } from "commander";
import type { Bundle } from "../../lib/bundle/format";
import { hostDrift } from "../../lib/deploy/drift/drift";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { wholePolicyOf } from "../difference";
import { driftMetrics, driftReport, type DriftReport } from "../drift-report";
import { driftInWords } from "../drift-words";
import { askHosts, isAnswer, silenceInWords, type Silent } from "../each-host";
import { EXIT, type ExitCode } from "../exit";
import { bundlesOf } from "../hosts";
import { HOSTS_OR_ALL, withConnection, withJson, withOutput, withParallel, withPrometheus, withShard, type ConnectionFlags, type FormatFlags, type ShardFlag } from "../options"; // prettier-ignore
import { print, printJson } from "../output";
import { asPrometheus, hostsUp } from "../prometheus";
import { withSource } from "./synth";

type Flags = ConnectionFlags & ShardFlag & SynthFlags & FormatFlags & { synth: boolean; parallel: number };

const HELP = `
Examples:
  cdkfw drift 'group:web'
  cdkfw drift --no-synth --prometheus     by a timer, for node_exporter's folder of texts

Three things are compared: the kernel's rules with the generation that is committed on the host, what others have in
their way with what was there when it was applied, and the committed policy with the synthesized one.

Exit: 0 all is as declared, 2 something differs, 1 a host could not be asked`;

export function driftCommand(): Command {
  const command = withPrometheus(
    withJson(withConnection(withParallel(withShard(withOutput(withSource(new Command("drift"))))))),
  )
    .description("tell rule by rule what has become of the hosts since they were deployed to; changes nothing")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .addHelpText("after", HELP);
  return action(command, async (names: string[], flags: Flags) => {
    const stacks = flags.synth ? await synth(flags) : undefined;
    const bundles = bundlesOf(flags.out, names, stacks, flags.shard);
    const reports = await askHosts(bundles, flags, async (connection, bundle) =>
      driftReport(bundle, policyFor(bundle), await hostDrift(connection)),
    );
    if (flags.json === true) printJson(reports);
    else if (flags.prometheus === true)
      print(asPrometheus([hostsUp(reports), ...driftMetrics(reports.filter(isAnswer))]));
    else for (const report of reports) print(isAnswer(report) ? driftInWords(report) : silenceInWords(report));
    return code(reports);
  });
}

const policyFor = ({ folder }: Bundle) => wholePolicyOf(folder);

function code(reports: readonly (DriftReport | Silent)[]): ExitCode {
  if (!reports.every(isAnswer)) return EXIT.failed;
  return reports.some(({ different }) => different) ? EXIT.different : EXIT.done;
}
