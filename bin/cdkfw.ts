#!/usr/bin/env node
import { Command } from "commander";
import { applyCommand } from "./commands/apply";
import { compileCommand } from "./commands/compile";
import { deployCommand } from "./commands/deploy";
import { diffCommand } from "./commands/diff";
import { initCommand } from "./commands/init";
import { reportCommand } from "./commands/report";
import { rollbackCommand } from "./commands/rollback";
import { sandboxCommand } from "./commands/sandbox";
import { showCommand } from "./commands/show";
import { statusCommand } from "./commands/status";
import { synthCommand } from "./commands/synth";
import { teardownCommand } from "./commands/teardown";
import { traceCommand } from "./commands/trace";
import { version } from "./version";

const program = new Command("cdkfw")
  .description("Firewalls as code for fleets of Linux hosts: apply, prove, confirm, or be rolled back.")
  .version(version)
  .showSuggestionAfterError()
  .addHelpText("after", "\nExit codes: 0 done or nothing to do, 1 failed, 2 differences found, 3 rolled back");

for (const command of [
  initCommand(),
  synthCommand(),
  showCommand(),
  traceCommand(),
  diffCommand(),
  reportCommand(),
  deployCommand(),
  applyCommand(),
  statusCommand(),
  rollbackCommand(),
  teardownCommand(),
  compileCommand(),
  sandboxCommand(),
]) {
  program.addCommand(command);
}

// `cdkfw trace … | head` ends early: what nobody reads is no reason to stop in the middle of a deployment.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void program.parseAsync();
