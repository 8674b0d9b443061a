import { spawn } from "node:child_process";
import { constants } from "node:os";
import { engineNamed, ensureEngine } from "./image/engine";
import { ensureImage } from "./image/ensure";
import { checkNamespaces, seatCommand } from "./seat";
import { sweep } from "./sweep";

/**
 * `in-lab [--docker ENGINE,…] COMMAND…` runs a command in a fresh seat and ends with its exit status. Whatever the command
 * has started ends with it; also when this process is killed. Its hosts may have those of Docker's engines.
 */
async function main(args: readonly string[]): Promise<void> {
  const [engines, command] = args[0] === "--docker" ? [args[1]?.split(",") ?? [], args.slice(2)] : [[], args];
  if (command.length === 0) throw new Error("usage: in-lab [--docker ENGINE,…] COMMAND…");
  await checkNamespaces();
  const progress = (line: string) => console.error(`lab: ${line}`);
  const image = await ensureImage(progress);
  for (const engine of engines.map(engineNamed)) await ensureEngine(engine, image, progress);
  const [file = "", ...words] = ["setpriv", "--pdeathsig", "KILL", ...seatCommand(image, command)];
  const seat = spawn(file, words, { stdio: "inherit" });
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
