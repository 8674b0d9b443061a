import { Command } from "commander";
import { rollbackHost } from "../../lib/deploy/undo";
import { action } from "../action";
import { onEachHost } from "../each-host";
import { bundlesOf } from "../hosts";
import { HOSTS_OR_ALL, withConnection, withJson, withOutput, withParallel, type ConnectionFlags } from "../options";

type Flags = ConnectionFlags & { out: string; parallel: number; json?: boolean };

export function rollbackCommand(): Command {
  const command = withJson(withConnection(withParallel(withOutput(new Command("rollback")))))
    .description("end the change that waits for its confirmation, by going back at once")
    .argument("[host...]", HOSTS_OR_ALL)
    .addHelpText("after", "\nExample:\n  cdkfw rollback web-1");
  return action(command, (names: string[], flags: Flags) =>
    onEachHost(bundlesOf(flags.out, names), flags, "rolled back", rollbackHost),
  );
}
