import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Machine } from "./machine";
import { nodeProgram } from "./places";

/** Starts the SSH server of a rootless host, and waits until it listens. */
export async function startSshServer(machine: Machine): Promise<ChildProcess> {
  const argv = ["-t", String(machine.pid), "--net", "setpriv", "--pdeathsig", "KILL", ...nodeProgram("ssh-server")];
  const server = spawn("nsenter", [...argv, machine.disk, ...machine.enter()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: server.stdout });
  await Promise.race([
    once(lines, "line"),
    once(server, "exit").then(() => Promise.reject(new Error(`${machine.name} has no SSH server`))),
  ]);
  return server;
}
