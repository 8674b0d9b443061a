import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Machine } from "./machine";
import { asset } from "./places";

export interface Ports {
  readonly tcp?: readonly number[];
  readonly udp?: readonly number[];
}

export interface Responder {
  stop(): void;
}

/**
 * Listens on ports of a machine, over both families, and answers everything with the peer that it saw. It dies when the
 * machine goes off. Without a listener an allowed TCP port answers with a reset, just as a refused one may.
 */
export async function startResponder(machine: Machine, ports: Ports): Promise<Responder> {
  const { tcp = [], udp = [] } = ports;
  const list = Object.entries({ tcp, udp }).flatMap(([proto, some]) =>
    some.length ? [`${proto}:${some.join(",")}`] : [],
  );
  const script = readFileSync(asset("responder.py"), "utf8");
  const [file = "", ...args] = [...machine.enter(), "setpriv", "--pdeathsig", "KILL"];
  const process = spawn(file, [...args, "/usr/bin/python3", "-c", script, machine.name, ...list], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  process.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const lines = createInterface({ input: process.stdout });
  await Promise.race([
    once(lines, "line"),
    once(process, "close").then(() => {
      throw new Error(`no responder on ${machine.name}: ${said.trim().split("\n").pop()}`);
    }),
  ]);
  return { stop: () => void process.kill("SIGKILL") };
}
