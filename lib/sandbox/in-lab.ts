import { spawn } from "node:child_process";
import { constants } from "node:os";
import { ensureImage } from "./image/ensure";
import { checkNamespaces, seatCommand } from "./seat";
import { sweep } from "./sweep";

/**
 * `in-lab COMMAND…` runs a command in a fresh seat and ends with its exit status. Whatever the command has started
 * ends with it; also when this process is killed.
 */
async function main(command: readonly string[]): Promise<void> {
  if (command.length === 0) throw new Error("usage: in-lab COMMAND…");
  await checkNamespaces();
  const image = await ensureImage((line) => console.error(`lab: ${line}`));
  const [file = "", ...args] = ["setpriv", "--pdeathsig", "KILL", ...seatCommand(image, command)];
  const seat = spawn(file, args, { stdio: "inherit" });
  // unshare does not heed TERM; and a terminal's INT reaches the command by itself.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => seat.kill("SIGKILL"));
  process.on("SIGINT", () => undefined);
  seat.on("exit", (code, signal) => {
    sweep();
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
  });
  seat.on("error", fail);
}

function fail(error: unknown): void {
  const { message, help } = error as { message: string; help?: string };
  console.error([message, help].filter(Boolean).join("\n"));
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
