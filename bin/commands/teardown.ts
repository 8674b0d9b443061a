import { Command } from "commander";
import { readBundle } from "../../lib/bundle/read";
import { teardownHost } from "../../lib/deploy/undo";
import { isExclusion } from "../../lib/model/host-selection";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { onEachHost } from "../each-host";
import { bundlesOf } from "../hosts";
import { HOSTS, withConnection, withJson, withOutput, withParallel, type ConnectionFlags } from "../options";

type Flags = ConnectionFlags & { out: string; bundle?: string; all?: boolean; parallel: number; json?: boolean };

export function teardownCommand(): Command {
  const command = withJson(withConnection(withParallel(withOutput(new Command("teardown")))))
    .description("take all of ours from a host: rules, sets, boot files. The host is as open as it was before cdkfw")
    .argument("[host...]", HOSTS)
    .option("--all", "every host of the synth's output")
    .option("--bundle <dir>", "the one host of this folder")
    .addHelpText("after", "\nExample:\n  cdkfw teardown web-1");
  return action(command, (names: string[], flags: Flags) => {
    const bundles = flags.bundle === undefined ? named(names, flags) : [readBundle(flags.bundle)];
    return onEachHost(bundles, flags, "torn down", teardownHost);
  });
}

/** Opening a whole fleet by a forgotten argument would be too easy. */
function named(names: readonly string[], flags: Flags): ReturnType<typeof bundlesOf> {
  if (!names.every(isExclusion) || flags.all === true) return bundlesOf(flags.out, names);
  throw new UserError(
    "no-host",
    "teardown wants to know of which host",
    "Name the hosts, or say --all: a `!` alone does not mean all others here.",
  );
}
