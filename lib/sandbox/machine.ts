import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cutCable, mendCable, plugCables, removeLinks, type Cable, type Direction } from "./cables";
import { makeDisk, type DiskSpec, type Init } from "./disk";
import { asset, isMachineRoot, SEAT, SEAT_ENGINES, SEAT_IMAGE } from "./places";
import { engineFolder } from "./image/engine";
import { Power } from "./power";
import { Prober, type Probe, type ProbeOptions, type Verdict } from "./prober";
import { run, type Output, type RunOptions } from "./process";

export interface MachineSpec extends DiskSpec {
  readonly cables: readonly Cable[];
}

/** What a command on a machine finds in its environment, as over SSH. */
const environment = [
  ...["HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "LANG=C.UTF-8"],
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
];

/**
 * A computer of the lab: namespaces of its own over a disk that outlives them. Hosts are machines, and so are the client
 * outside and what lies behind a host.
 */
export class Machine {
  readonly name: string;
  readonly init: Init;
  /** Its host key, `TYPE BASE64`. */
  readonly hostKey: string;
  /** Told after each change of power. */
  onPower: () => void = () => undefined;
  private power: Power | undefined;
  private prober: Prober | undefined;
  private readonly cuts = new Map<string, Direction>();
  /** Power-on and power-off take turns, also where the machine restarts by itself meanwhile. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly spec: MachineSpec,
    /** Where its disk and its boot log lie. */
    readonly folder: string,
  ) {
    this.name = spec.name;
    this.init = spec.init;
    mkdirSync(folder, { recursive: true });
    if (!isMachineRoot()) writeFileSync(join(folder, "rootless"), ""); // machine.sh mounts differently
    this.hostKey = makeDisk(folder, spec);
  }

  /** The disk's writable layer. What the host wrote can be read here, even while it is off; write only then. */
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
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", ...(this.hasGroup ? ["--cgroup"] : [])];
    return ["nsenter", "-t", String(this.pid), ...namespaces, "env", "-i", ...environment];
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
  start(): Promise<void> {
    return this.inTurn(async () => {
      if (this.power) return;
      await this.wake();
      await removeLinks(this.ports); // of a run that ended by itself
      await plugCables([this]);
      await this.boot();
    });
  }

  /** First half of power-on, apart so that a lab can plug the cables of all its machines at once. */
  async wake(): Promise<void> {
    const power = await Power.on(this);
    this.power = power;
    void power.ended.then((end) => {
      this.prober?.stop();
      this.prober = undefined;
      const plugPulled = this.power !== power;
      this.power = undefined;
      this.onPower();
      if (end === "restart" && !plugPulled) this.start().catch((error: unknown) => this.log(error));
    });
  }

  /** Second half of power-on. */
  async boot(): Promise<void> {
    for (const cable of this.spec.cables) {
      const direction = this.cuts.get(cable.interface);
      if (direction) await cutCable(cable, direction); // a cut cable stays cut when the power comes back
    }
    await this.power?.boot(this.name);
    this.onPower();
  }

  /** Pulls the plug: no process of the machine gets a chance to do anything more. */
  stop(): Promise<void> {
    return this.inTurn(async () => {
      const power = this.power;
      if (!power) return;
      this.power = undefined;
      await power.off();
      await removeLinks(this.ports);
      if (this.hasGroup) await run(["sh", asset("sweep.sh"), join(SEAT, "cgroup")]);
    });
  }

  /** Power off and on: processes, kernel rules and /run vanish; disk, addresses and MACs stay. */
  async reboot(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Cuts a cable, as seen from this machine. @param name the interface, @default the management side's `eth0` */
  async cut(direction: Direction, name = "eth0"): Promise<void> {
    const cable = this.cable(name);
    await this.mend(name);
    this.cuts.set(name, direction);
    if (this.power) await cutCable(cable, direction);
  }

  async mend(name = "eth0"): Promise<void> {
    if (this.cuts.delete(name) && this.power) await mendCable(this.cable(name));
  }

  /** Runs `work` when this run of the machine ends. */
  protected onEnd(work: () => void): void {
    if (this.power) void this.power.ended.then(work);
    else work();
  }

  get cables(): readonly Cable[] {
    return this.spec.cables;
  }

  /** Whether it has a tree of control groups of its own, which systemd and Docker need. */
  get hasGroup(): boolean {
    return this.init === "systemd" || this.spec.docker !== undefined;
  }

  /** What lies under its disk, the topmost first. */
  get layers(): readonly string[] {
    const engine = this.spec.docker?.engine;
    return engine === undefined ? [SEAT_IMAGE] : [join(SEAT_ENGINES, engineFolder(engine)), SEAT_IMAGE];
  }

  private get ports(): string[] {
    return this.cables.map(({ port }) => port);
  }

  private cable(name: string): Cable {
    const cable = this.cables.find((candidate) => candidate.interface === name);
    if (!cable) throw new Error(`${this.name} has no interface ${name}`);
    return cable;
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private log(error: unknown): void {
    appendFileSync(join(this.folder, "boot.log"), `${String(error)}\n`);
  }
}
