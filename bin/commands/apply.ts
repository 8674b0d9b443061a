import { Command } from "commander";
import { readBundle } from "../../lib/bundle/read";
import { deployHost } from "../../lib/deploy/handshake";
import { exitCode } from "../../lib/deploy/outcome";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import {
  handshakeOptions,
  withConnection,
  withJson,
  withWindow,
  type ConnectionFlags,
  type WindowFlags,
} from "../options";
import { printJson } from "../output";
import { viewOf } from "../view/view";

type Flags = ConnectionFlags & WindowFlags & { bundle: string; generation?: string; json?: boolean };

export function applyCommand(): Command {
  const command = withJson(withConnection(withWindow(new Command("apply"))))
    .description("bring one host its bundle: apply, prove, confirm, or roll back")
    .requiredOption("--bundle <dir>", "the host's folder below the synth's output")
    .option("--generation <id>", "refuse the bundle where it is of another generation, such as one made after a plan")
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw apply --bundle cdktf.out/stacks/edge/hosts/web-1\n\nExit: 0 done, 1 failed with nothing changed, 3 rolled back",
    );
  return action(command, async (flags: Flags) => {
    const bundle = readBundle(flags.bundle);
    const { host, generation } = bundle.manifest;
    const { generation: wanted = generation } = flags;
    if (wanted !== generation) throw otherGeneration(flags.bundle, generation, wanted);
    const view = flags.json === true ? undefined : viewOf([host], false);
    const outcome = await deployHost(bundle, {
      ...handshakeOptions(flags, 1),
      onStep: (step) => view?.onEvent({ event: "step", host, step }),
    });
    view?.onEvent({ event: "host", ...outcome });
    view?.end([outcome]);
    if (flags.json === true) printJson(outcome);
    return exitCode([outcome]);
  });
}

function otherGeneration(bundle: string, found: string, wanted: string): UserError {
  return new UserError(
    "other-generation",
    `the bundle ${bundle} is of generation ${found}, and ${wanted} was asked for`,
    "Something was synthesized since. Plan again, look at what changes, and apply that plan. Nothing was changed.",
  );
}
