import type { Command } from "commander";
import { EXIT, type ExitCode } from "./exit";
import { printError } from "./output";

/** Gives a command what it does: its exit code is what the work returns, and every error is printed in one way. */
export function action<A extends unknown[]>(
  command: Command,
  work: (...args: A) => Promise<ExitCode> | ExitCode,
): Command {
  return command.action(async (...args: unknown[]) => {
    const json = command.opts<{ json?: boolean }>().json === true;
    try {
      process.exitCode = await work(...(args as A));
    } catch (error) {
      printError(error, json);
      process.exitCode = EXIT.failed;
    }
  });
}
