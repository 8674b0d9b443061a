import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Machine } from "./machine";
import { asset, SEAT } from "./places";

const BOOT_TIMEOUT_MS = 30_000;

/** How a run ended: by the plug, or by the machine itself, which wants to be off or to start again. */
export type End = "off" | "restart";

/** One run of a machine, from power-on to power-off. */
export class Power {
  private constructor(
    private readonly process: ChildProcess,
    /** The machine's first process, as the seat counts. */
    readonly pid: number,
    private readonly booted: Promise<void>,
    readonly ended: Promise<End>,
  ) {}

  /** First half of power-on: the namespaces exist, and the machine waits for its cables. */
  static async on({ name, folder, init, layers, hasGroup }: Machine): Promise<Power> {
    const unshare = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--propagation", "private"];
    const argv = ["--pdeathsig", "KILL", ...unshare, "--fork", "--kill-child=KILL", "sh", asset("machine.sh")];
    const log = openSync(join(folder, "boot.log"), "a");
    const child = spawn(
      "setpriv",
      [...argv, folder, name, layers.join(":"), init, hasGroup ? controlGroup(folder) : ""],
      {
        stdio: ["pipe", "pipe", log],
      },
    );
    closeSync(log);
    const { stdin, stdout } = child;
    if (!stdin || !stdout) throw new Error(`${name} has no power cord`);
    stdin.on("error", () => undefined); // it may die before it reads
    // The kernel ends a pid namespace whose processes call reboot(2) with HUP for a restart, INT for a power-off.
    const ended = once(child, "exit").then(([, signal]): End => (signal === "SIGHUP" ? "restart" : "off"));
    const lines = createInterface({ input: stdout });
    const said = await Promise.race([once(lines, "line").then(([line]) => String(line)), ended]);
    if (!/^\d+$/.test(said)) throw new Error(`${name} does not wake${lastWords(folder)}`);
    const booted = Promise.race([
      once(lines, "line").then(() => undefined),
      ended.then(() => Promise.reject(new Error(`${name} went off while booting${lastWords(folder)}`))),
    ]);
    booted.catch(() => undefined); // `boot` tells it
    return new Power(child, Number(said), booted, ended);
  }

  /** Second half: with the cables plugged in, boot until the network is up. */
  async boot(name: string): Promise<void> {
    this.process.stdin?.write("plugged\n");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} does not boot`)), BOOT_TIMEOUT_MS);
    });
    await Promise.race([this.booted, late]).finally(() => clearTimeout(timer));
  }

  /** Pulls the plug. The first process dies last: when it is gone, all are. */
  async off(): Promise<void> {
    process.kill(this.pid, "SIGKILL");
    await this.ended;
  }
}

/** The control group of a machine that needs one, in a folder of its seat, so that `sweep.sh` finds it. */
function controlGroup(folder: string): string {
  const seat = readFileSync(join(SEAT, "id"), "utf8").trim();
  return join(SEAT, "cgroup", `cdkfw-lab-${seat}`, folder.replace(`${SEAT}/labs/`, "").replaceAll("/", "-"));
}

function lastWords(folder: string): string {
  const log = join(folder, "boot.log");
  const tail = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-3).join("; ") : "";
  return tail && `: ${tail}`;
}
