import { Command } from "commander";
import { deployHost } from "../../lib/deploy/handshake";
import { exitCode, type Outcome } from "../../lib/deploy/outcome";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { bundlesOf } from "../hosts";
import {
  handshakeOptions,
  HOSTS_OR_ALL,
  withConnection,
  withJson,
  withOutput,
  withParallel,
  withWindow,
  type ConnectionFlags,
  type WindowFlags,
} from "../options";
import { print, printJson } from "../output";
import { SILENT, progress } from "../progress";
import { withSource } from "./synth";

type Flags = ConnectionFlags & WindowFlags & SynthFlags & { synth: boolean; parallel: number; json?: boolean };

export function deployCommand(): Command {
  const command = withJson(withConnection(withParallel(withWindow(withOutput(withSource(new Command("deploy")))))))
    .description("synthesize, and bring every host, or those named, its firewall; without Terraform")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw deploy 'web-*' '!web-3' --confirm-timeout 60\n\nExit: 0 done, 1 failed, 3 a host was rolled back",
    );
  return action(command, async (names: string[], flags: Flags) => {
    const stacks = flags.synth ? await synth(flags) : undefined;
    const bundles = bundlesOf(flags.out, names, stacks);
    const options = handshakeOptions(flags, bundles.length);
    const view = flags.json === true ? SILENT : progress(bundles.map(({ manifest }) => manifest.host));
    const outcomes = await sideBySide(bundles, flags.parallel, async (bundle) => {
      const onStep = view.step.bind(view, bundle.manifest.host);
      const outcome = await deployHost(bundle, { ...options, onStep });
      view.done(outcome);
      return outcome;
    });
    if (flags.json === true) printJson(outcomes);
    else if (outcomes.length > 1) print(summary(outcomes));
    return exitCode(outcomes);
  });
}

function summary(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return `${outcomes.length} hosts: ${[...counts].map(([ending, count]) => `${count} ${ending}`).join(", ")}`;
}
