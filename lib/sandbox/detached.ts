import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { UserError } from "../model/user-error";
import { ensureEngine } from "./image/engine";
import { ensureImage } from "./image/ensure";
import type { HostOptions } from "./lab";
import { nodeProgram } from "./places";
import { checkNamespaces, seatCommand } from "./seat";
import { findSeat, firstProcess, recordSeat } from "./seat-process";
import { machinesOf, readState, type LabState } from "./state";
import { sweep } from "./sweep";

/** Starts a lab that outlives this process, with its keys, inventory and state in `folder`. */
export async function startDetached(
  folder: string,
  hosts: readonly HostOptions[],
  progress: (line: string) => void,
): Promise<LabState> {
  if (findSeat(folder)) {
    throw new UserError("sandbox-up", `A sandbox is up already in ${folder}.`, "`cdkfw sandbox down` ends it.");
  }
  rmSync(folder, { recursive: true, force: true });
  await checkNamespaces();
  const image = await ensureImage(progress);
  for (const { docker } of hosts) if (docker) await ensureEngine(docker.engine, image, progress);
  progress(`starting ${hosts.length} hosts`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), "*\n"); // there is a private key in it
  const options = JSON.stringify({ hosts, folder: resolve(folder) });
  const [file = "", ...args] = seatCommand(image, [...nodeProgram("keeper"), options]);
  const log = openSync(join(folder, "log"), "w");
  const seat = spawn(file, args, { detached: true, stdio: ["ignore", "pipe", log] });
  closeSync(log);
  const lines = createInterface({ input: seat.stdout as NodeJS.ReadableStream });
  const exit = once(seat, "exit").then(() => undefined);
  const said = await Promise.race([once(lines, "line").then(([line]) => String(line)), exit]);
  if (said !== "ready" || seat.pid === undefined) {
    const error = failure(said, readFileSync(join(folder, "log"), "utf8"));
    seat.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  recordSeat(folder, seat.pid);
  lines.close();
  seat.stdout?.destroy();
  seat.unref();
  return readState(folder);
}

/** Ends the lab in `folder`, if there is one, and removes the folder. @returns whether one was up */
export async function stopDetached(folder: string): Promise<boolean> {
  const seat = findSeat(folder);
  if (seat) {
    const first = firstProcess(seat);
    process.kill(first, "SIGKILL"); // the first process of a pid namespace dies last: then all is gone
    while (findSeat(folder)) await new Promise((done) => setTimeout(done, 10));
    sweep();
  }
  rmSync(folder, { recursive: true, force: true });
  return seat !== undefined;
}

/** The lab in `folder`, if one is up. */
export function detachedState(folder: string): LabState | undefined {
  return findSeat(folder) ? readState(folder) : undefined;
}

/**
 * The command line that runs `command` in the lab in `folder`: on a machine of it, or, without one, in the seat, where
 * it has this machine's files, the caller's environment and folder, and the lab's network.
 */
export function commandIn(folder: string, machine: string | undefined, command: readonly string[]): string[] {
  const seat = findSeat(folder);
  if (!seat) throw new UserError("sandbox-down", `No sandbox is up in ${folder}.`, "`cdkfw sandbox up` starts one.");
  const user = process.getuid?.() === 0 ? [] : ["--user", "--preserve-credentials"];
  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc"];
  const enter = ["nsenter", "-t", String(firstProcess(seat)), ...user, ...namespaces];
  const goTo = ["sh", "-c", 'cd "$1" 2>/dev/null || cd /; shift; exec "$@"', "sh", process.cwd()];
  return [...enter, ...goTo, ...enterMachine(folder, machine), ...command];
}

function enterMachine(folder: string, name: string | undefined): readonly string[] {
  if (name === undefined) return [];
  const machines = machinesOf(readState(folder));
  const machine = machines.find((candidate) => candidate.name === name);
  if (!machine) {
    const names = machines.map((candidate) => `\`${candidate.name}\``).join(", ");
    throw new UserError("unknown-machine", `The sandbox has no \`${name}\`.`, `It has ${names}.`);
  }
  if (!machine.enter) throw new UserError("machine-off", `\`${name}\` is off.`);
  return [...machine.enter, ...(process.env["TERM"] ? [`TERM=${process.env["TERM"]}`] : [])];
}

function failure(said: string | undefined, log: string): Error {
  if (said?.startsWith("{")) {
    const { code, message, help } = JSON.parse(said) as { code: string; message: string; help?: string };
    return code === "bug" ? new Error([message, log.trim()].join("\n")) : new UserError(code, message, help);
  }
  return new UserError(
    "no-namespaces",
    `The sandbox did not start: ${log.trim().split("\n").pop() || "it ended at once"}.`,
    "It needs Linux namespaces: root, or unprivileged user namespaces. Everything else of cdkfw works without it.",
  );
}
