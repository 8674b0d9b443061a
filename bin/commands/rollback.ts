import { Command } from "commander";
import type { Bundle } from "../../lib/bundle/format";
import { revertHost } from "../../lib/deploy/handshake";
import type { HandshakeOptions } from "../../lib/deploy/handshake-options";
import { findGeneration, hostHistory } from "../../lib/deploy/history";
import { exitCode, type Outcome, type Step } from "../../lib/deploy/outcome";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { rollbackHost } from "../../lib/deploy/undo";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { onEachHost } from "../each-host";
import type { ExitCode } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import {
  handshakeOptions,
  HOSTS_OR_ALL,
  withConfirmTimeout,
  withConnection,
  withJson,
  withOutput,
  withParallel,
  type ConnectionFlags,
} from "../options";
import { printJson } from "../output";
import { viewOf } from "../view/view";

type Flags = ConnectionFlags & {
  out: string;
  parallel: number;
  confirmTimeout: number;
  to?: string;
  json?: boolean;
};

export function rollbackCommand(): Command {
  const command = withJson(withConnection(withConfirmTimeout(withParallel(withOutput(new Command("rollback"))))))
    .description("end the change that waits for its confirmation, by going back at once; or go back to a generation")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--to <generation>", "apply, prove and confirm this one, which the host still has; or `previous`")
    .addHelpText(
      "after",
      "\nExamples:\n  cdkfw rollback web-1\n  cdkfw rollback web-1 --to previous\n  cdkfw rollback web-1 --to 4fffdefc\n\n" +
        "`cdkfw history` tells which generations a host has. The next deployment brings the one of the code again.\n" +
        "Exit: 0 done, 1 failed, 3 the way back was itself rolled back",
    );
  return action(command, (names: string[], flags: Flags) => {
    const bundles = bundlesOf(flags.out, names);
    const { to } = flags;
    return to === undefined ? onEachHost(bundles, flags, "rolled back", rollbackHost) : revert(bundles, to, flags);
  });
}

/** By the same way as to a new generation: what was good once may keep the deployer out today. */
async function revert(bundles: readonly Bundle[], to: string, flags: Flags): Promise<ExitCode> {
  const options = handshakeOptions(flags, bundles.length);
  const hosts = bundles.map(({ manifest }) => manifest.host);
  const view = flags.json === true ? undefined : viewOf(hosts, false);
  const outcomes = await sideBySide(bundles, flags.parallel, async (bundle) => {
    const { host } = bundle.manifest;
    const onStep = (step: Step): void => view?.onEvent({ event: "step", host, step });
    const outcome = await revertOne(bundle, to, flags, bundles.length, { ...options, onStep });
    view?.onEvent({ event: "host", ...outcome });
    return outcome;
  });
  view?.end(outcomes);
  if (flags.json === true) printJson(outcomes);
  return exitCode(outcomes);
}

async function revertOne(
  bundle: Bundle,
  to: string,
  flags: Flags,
  hosts: number,
  options: HandshakeOptions,
): Promise<Outcome> {
  try {
    const generation = findGeneration(await onHost(bundle, flags, hosts, hostHistory), to);
    return await revertHost(bundle, generation, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, help } = error;
    const told = { code, message, ...(help !== undefined && { help }) };
    return { host: bundle.manifest.host, generation: to, outcome: "failed", error: told, seconds: 0 };
  }
}
