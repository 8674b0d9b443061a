#!/usr/bin/env node
import { Command } from "commander";
import { version } from "./version";

/** `./commands/NAME` exports `NAMECommand`. */
const COMMANDS = [
  "init",
  "synth",
  "show",
  "trace",
  "verify",
  "diff",
  "report",
  "deploy",
  "apply",
  "await",
  "status",
  "drift",
  "stats",
  "containers",
  "doctor",
  "history",
  "rollback",
  "teardown",
  "compile",
  "import",
  "sandbox",
];

/** Only what is asked for is loaded: Terraform starts a process for each host, and all of it takes a second. */
function load(name: string): Command {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const exported = require(`./commands/${name}`) as Record<string, () => Command>;
  const command = exported[`${name}Command`];
  if (command === undefined) throw new Error(`INVARIANT: ./commands/${name} exports no ${name}Command`);
  return command();
}

async function main(): Promise<void> {
  const program = new Command("cdkfw")
    .description("Firewalls as code for fleets of Linux hosts: apply, prove, confirm, or be rolled back.")
    .version(version)
    .showSuggestionAfterError()
    .addHelpText("after", "\nExit codes: 0 done or nothing to do, 1 failed, 2 differences found, 3 rolled back");
  const wanted = COMMANDS.filter((name) => name === process.argv[2]);
  for (const name of wanted.length === 0 ? COMMANDS : wanted) program.addCommand(load(name));
  await program.parseAsync();
}

// `cdkfw trace … | head` ends early: what nobody reads is no reason to stop in the middle of a deployment.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void main();
