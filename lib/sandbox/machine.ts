import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cutCable, mendCable, plugCables, removeLinks, type Cable, type Direction } from "./cables";
import { makeDisk, type DiskSpec, type Init } from "./disk";
import { asset, isMachineRoot, SEAT, SEAT_IMAGE } from "./places";
import { Prober, type Probe, type ProbeOptions, type Verdict } from "./prober";
import { run, type Output, type RunOptions } from "./process";

export interface MachineSpec extends DiskSpec {
  readonly cables: readonly Cable[];
}

/** What a command on a machine finds in its environment, as over SSH. */
const environment = ["HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "LANG=C.UTF-8"];
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const BOOT_TIMEOUT_MS = 30_000;

/**
 * A computer of the lab: namespaces of its own over a disk that outlives them. Hosts are machines, and so are the client
 * outside and what lies behind a host.
 */
export class Machine {
  readonly name: string;
  readonly init: Init;
  /** Its host key, `TYPE BASE64`. */
  readonly hostKey: string;
  private power: { readonly process: ChildProcess; pid: number; up: Promise<void> } | undefined;
  private prober: Prober | undefined;
  private readonly cuts = new Map<string, Direction>();
  private stopping = false;
  /** Told after each change of power. */
  onPower: () => void = () => undefined;

  constructor(
    readonly spec: MachineSpec,
    /** Where its disk and its boot log lie. */
    readonly folder: string,
  ) {
    this.name = spec.name;
    this.init = spec.init;
    mkdirSync(folder, { recursive: true });
    if (!isMachineRoot()) writeFileSync(join(folder, "rootless"), "");
    this.hostKey = makeDisk(folder, spec);
  }

  /** The disk's writable layer. Read here what the host wrote, even while it is off; write only then. */
  get disk(): string {
    return join(this.folder, "upper");
  }

  get running(): boolean {
    return this.power !== undefined;
  }

  /** The pid of its first process, as the seat counts. */
  get pid(): number {
    if (!this.power) throw new Error(`${this.name} is off`);
    return this.power.pid;
  }

  /** A handle on its network namespace, for `nsenter --net=`. It is another one after each boot. */
  get netns(): string {
    return `/proc/${this.pid}/ns/net`;
  }

  /** The command line, in front of another, that runs it inside the machine: by way of the kernel, not of the network. */
  enter(): string[] {
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid"];
    return ["nsenter", "-t", String(this.pid), ...namespaces, "env", "-i", ...environment, PATH];
  }

  /** Runs a command as root: a text by `sh -c`, a list as it stands. A locked-out host still answers. */
  exec(command: string | readonly string[], options: RunOptions = {}): Promise<Output> {
    const argv = typeof command === "string" ? ["sh", "-c", command] : command;
    return run([...this.enter(), "setpriv", "--pdeathsig", "KILL", ...argv], options);
  }

  /** Reads a file as the machine sees it. */
  async readFile(path: string): Promise<string> {
    const { code, stdout, stderr } = await this.exec(["cat", "--", path]);
    if (code !== 0) throw new Error(`${this.name}: ${stderr.trim()}`);
    return stdout;
  }

  async writeFile(path: string, text: string, mode = 0o644): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"';
    const { code, stderr } = await this.exec(["sh", "-c", script, "write", path, mode.toString(8)], { input: text });
    if (code !== 0) throw new Error(`${this.name}: ${stderr.trim()}`);
  }

  /** Sends packets from here; see `Prober`. */
  probe(probes: readonly Probe[], options?: ProbeOptions): Promise<Verdict[]> {
    this.prober ??= new Prober(this.enter());
    return this.prober.probe(probes, options);
  }

  /** Power on, and wait until its network is up. */
  async start(): Promise<void> {
    if (this.power) return;
    await this.wake();
    await removeLinks(this.spec.cables.map(({ port }) => port));
    await plugCables([{ pid: this.pid, cables: this.spec.cables }]);
    await this.boot();
  }

  /** First half of power-on: its namespaces exist, and it waits for cables. */
  async wake(): Promise<void> {
    const unshare = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--propagation", "private"];
    const argv = ["--pdeathsig", "KILL", ...unshare, "--fork", "--kill-child=KILL", "sh", asset("machine.sh")];
    const log = openSync(join(this.folder, "boot.log"), "a");
    const process = spawn("setpriv", [...argv, this.folder, this.name, SEAT_IMAGE, this.init, cgroupOf(this.folder)], {
      stdio: ["pipe", "pipe", log],
    });
    closeSync(log);
    this.stopping = false;
    const lines = createInterface({ input: process.stdout });
    const [said] = (await Promise.race([once(lines, "line"), once(process, "exit").then(() => [""])])) as [string];
    if (!/^\d+$/.test(said)) throw new Error(`${this.name} does not wake: the kernel refuses its namespaces`);
    const up = Promise.race([
      once(lines, "line").then(() => undefined),
      once(process, "exit").then(() => this.failBoot("went off while booting")),
    ]);
    up.catch(() => undefined); // it is awaited in `boot`
    this.power = { process, pid: Number(said), up };
    process.on("exit", (_code, signal) => void this.onPowerOff(signal));
  }

  /** Second half of power-on. */
  async boot(): Promise<void> {
    if (!this.power) throw new Error(`${this.name} is off`);
    for (const cable of this.spec.cables) {
      const direction = this.cuts.get(cable.interface);
      if (direction) await cutCable(cable, direction); // a cut cable stays cut when the power comes back
    }
    this.power.process.stdin?.write("plugged\n");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} does not boot`)), BOOT_TIMEOUT_MS);
    });
    await Promise.race([this.power.up, late]).finally(() => clearTimeout(timer));
    this.onPower();
  }

  /** Pulls the plug: no process of the machine gets a chance to do anything more. */
  async stop(): Promise<void> {
    if (!this.power) return;
    this.stopping = true;
    const gone = once(this.power.process, "exit");
    process.kill(this.power.pid, "SIGKILL");
    await gone;
    await removeLinks(this.spec.cables.map(({ port }) => port));
    if (this.init === "systemd") await run(["sh", asset("sweep.sh"), join(SEAT, "cgroup")]);
  }

  /** Power off and on: processes, kernel rules and /run vanish; disk, addresses and MACs stay. */
  async reboot(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Cuts a cable, as seen from this machine. @param name the interface, @default the management side's `eth0` */
  async cut(direction: Direction, name = "eth0"): Promise<void> {
    const cable = this.cable(name);
    if (this.cuts.has(name)) await this.mend(name);
    this.cuts.set(name, direction);
    if (this.power) await cutCable(cable, direction);
  }

  async mend(name = "eth0"): Promise<void> {
    if (this.cuts.delete(name) && this.power) await mendCable(this.cable(name));
  }

  private cable(name: string): Cable {
    const cable = this.spec.cables.find((candidate) => candidate.interface === name);
    if (!cable) throw new Error(`${this.name} has no interface ${name}`);
    return cable;
  }

  private async onPowerOff(signal: NodeJS.Signals | null): Promise<void> {
    this.prober?.stop();
    this.prober = undefined;
    this.power = undefined;
    this.onPower();
    // The kernel ends a pid namespace whose processes call reboot(2) with HUP for a restart, INT for a power-off.
    if (!this.stopping && signal === "SIGHUP") await this.start().catch((error: unknown) => this.log(String(error)));
  }

  private failBoot(what: string): never {
    const log = join(this.folder, "boot.log");
    const tail = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-3).join("; ") : "";
    throw new Error(`${this.name} ${what}${tail && `: ${tail}`}`);
  }

  private log(line: string): void {
    writeFileSync(join(this.folder, "boot.log"), `${line}\n`, { flag: "a" });
  }
}

/** A systemd host's control group, in a folder of its seat, so that whoever comes later can sweep it up. */
function cgroupOf(folder: string): string {
  const seat = readFileSync(join(SEAT, "id"), "utf8").trim();
  return join(SEAT, "cgroup", `cdkfw-lab-${seat}`, folder.replace(`${SEAT}/labs/`, "").replaceAll("/", "-"));
}
