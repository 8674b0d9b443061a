import { Command } from "commander";
import { exitCode } from "../../lib/deploy/outcome";
import { rollOut } from "../../lib/deploy/rollout";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { bundlesOf } from "../hosts";
import { untilInterrupted } from "../interrupt";
import {
  handshakeOptions,
  HOSTS_OR_ALL,
  withConnection,
  withJson,
  withOutput,
  withParallel,
  withShard,
  withWindow,
  type ConnectionFlags,
  type ShardFlag,
  type WindowFlags,
} from "../options";
import { wavesOf, withRollout, type RolloutFlags } from "../rollout";
import { findingsOf, refuseWarnings, tellFindings, withStrict, type ReviewFlags } from "../review";
import { viewOf } from "../view/view";
import { withSource } from "./synth";

type Flags = ConnectionFlags &
  ShardFlag &
  ReviewFlags &
  WindowFlags &
  SynthFlags &
  RolloutFlags & { synth: boolean; parallel: number; json?: boolean };

const HELP = `
Examples:
  cdkfw deploy 'web-*' '!web-3' --confirm-timeout 60
  cdkfw deploy --canary 1 --waves 25% --pause 30s

Without a rollout, in the program or by flags, all hosts are deployed to side by side, and a failure stops nobody else.
With one, a failure stops it: hosts that were not begun keep their rules. Run it again to go on.
--json prints one event a line; the last one is \`end\`.

Exit: 0 done, 1 failed, 3 a host was rolled back`;

export function deployCommand(): Command {
  const command = withJson(
    withConnection(
      withParallel(withShard(withRollout(withWindow(withOutput(withStrict(withSource(new Command("deploy")))))))),
    ),
  )
    .description("synthesize, and bring every host, or those named, its firewall; without Terraform")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .addHelpText("after", HELP);
  return action(command, async (names: string[], flags: Flags) => {
    const stacks = flags.synth ? await synth(flags) : undefined;
    const bundles = bundlesOf(flags.out, names, stacks, flags.shard);
    const found = findingsOf(bundles.map(({ folder }) => folder));
    tellFindings(found);
    refuseWarnings(found, flags);
    const handshake = handshakeOptions(flags, bundles.length);
    const waves = wavesOf(bundles, flags, flags.out, stacks);
    const byName = new Map(bundles.map(({ folder, manifest }) => [manifest.host, { folder, manifest }]));
    const view = viewOf([...byName.keys()], flags.json === true);
    const outcomes = await untilInterrupted(view.onInterrupt, (signal) =>
      rollOut(byName, waves, { parallel: flags.parallel, handshake, onEvent: view.onEvent, signal }),
    );
    view.end(outcomes);
    return exitCode(outcomes);
  });
}
