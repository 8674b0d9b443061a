import { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../model/user-error";
import { newKeyPair } from "./keys";
import { engineFolder, engineNamed } from "./image/engine";
import type { DockerSpec } from "./docker-disk";
import { MAX_HOSTS } from "./addresses";
import { makeBridges, plugCables, removeLinks } from "./cables";
import { claimLab, releaseLab } from "./claim";
import { Client } from "./client";
import { LabHost } from "./host";
import { inventoryText } from "./inventory";
import { Machine } from "./machine";
import { insideSeat, isMachineRoot, SEAT_ENGINES } from "./places";
import { startResponder, type Ports, type Responder } from "./responder";
import { planLab, type Plan } from "./topology";

export interface HostOptions {
  /** @default h1, h2, … */
  readonly name?: string;
  /** What is PID 1: the SSH server, after a boot as plain as can be, or a real systemd (which needs root). @default sshd */
  readonly init?: "sshd" | "systemd";
  /** Give it an inner interface `lan0` with a machine behind it, and let it forward. @default false */
  readonly lan?: boolean;
  /** Names of inner interfaces, each with a machine behind it. @default `lan0` with `lan`, else none */
  readonly networks?: readonly string[];
  /** Its groups in the inventory. @default lab */
  readonly groups?: readonly string[];
  /** Give it a Docker, which needs root, and a seat that was started with that engine. @default none */
  readonly docker?: DockerSpec | undefined;
}

export type FullHostOptions = Required<HostOptions> & { readonly docker: DockerSpec | undefined };

export interface LabOptions {
  /** How many, or which ones. @default 1 */
  readonly hosts?: number | readonly HostOptions[];
  /** Where the keys and the inventory are written. @default a folder of the seat, which vanishes with it */
  readonly folder?: string;
}

/** A fleet of hosts, the client outside, and what lies behind the hosts. It lives no longer than this process. */
export class Lab {
  /** The whole fleet, in the order asked for. */
  readonly hosts: readonly LabHost[];
  /** The rest of the world: 198.51.100.200 and 2001:db8:1::200 on the outside of every host. */
  readonly client: Client;
  /** Path of an inventory with all hosts. */
  readonly inventoryFile: string;
  private readonly inner: readonly Machine[];

  private constructor(
    private readonly claim: { readonly index: number; readonly folder: string },
    private readonly plan: Plan,
    keys: { readonly folder: string; readonly identityFile: string },
  ) {
    const at = (name: string) => join(claim.folder, "machines", name);
    const knownHostsFile = join(keys.folder, "known_hosts");
    this.inventoryFile = join(keys.folder, "inventory.yaml");
    this.client = new Client(plan.client, at(plan.client.name));
    this.hosts = plan.hosts.map(({ options, machine, behind, management, wan }) => {
      const ssh = { user: "root", port: 22, identityFile: keys.identityFile, knownHostsFile };
      const host = new LabHost({ ...machine, groups: options.groups, management, wan, ssh }, at(machine.name));
      for (const { interface: name, machine: spec } of behind) host.behind.set(name, new Machine(spec, at(spec.name)));
      return host;
    });
    this.inner = this.hosts.flatMap((host) => [...host.behind.values()]);
    writeFileSync(knownHostsFile, "");
    for (const { address, address6, name, hostKey } of this.hosts) {
      appendFileSync(knownHostsFile, `${address},${address6},${name} ${hostKey}\n`);
    }
    writeFileSync(this.inventoryFile, inventoryText(this.hosts));
  }

  /**
   * Starts a lab in the seat that this process runs in, and waits until every host answers SSH.
   * Three hosts take about a second, twenty about four.
   */
  static async start(options: LabOptions = {}): Promise<Lab> {
    if (!insideSeat()) {
      throw new UserError(
        "no-seat",
        "A lab can only be started inside a seat, which gives it namespaces of its own.",
        "Run the command by `scripts/in-lab.sh COMMAND…`, or use `cdkfw sandbox up`.",
      );
    }
    const hosts = hostOptions(options.hosts ?? 1);
    const claim = claimLab();
    try {
      const folder = options.folder ?? claim.folder;
      mkdirSync(folder, { recursive: true });
      const keys = newKeyPair("cdkfw-lab");
      const identityFile = join(folder, "id_ed25519");
      writeFileSync(identityFile, keys.private, { mode: 0o600 });
      chmodSync(identityFile, 0o600);
      writeFileSync(`${identityFile}.pub`, `${keys.public}\n`);
      const plan = planLab(claim.index, hosts, keys.public);
      const lab = new Lab(claim, plan, { folder, identityFile });
      try {
        await lab.powerOn();
      } catch (error) {
        await lab.stop();
        throw error;
      }
      return lab;
    } catch (error) {
      releaseLab(claim.folder);
      throw error;
    }
  }

  /** All that have a power button. */
  get machines(): readonly Machine[] {
    return [this.client, ...this.hosts, ...this.inner];
  }

  host(name: string): LabHost {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (!host)
      throw new Error(`no host ${name} in the lab: ${this.hosts.map((candidate) => candidate.name).join(", ")}`);
    return host;
  }

  /** Listens on ports of a machine. See `startResponder`. */
  respond(machine: Machine, ports: Ports): Promise<Responder> {
    return startResponder(machine, ports);
  }

  /** Powers all machines off and forgets their disks. */
  async stop(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop()));
    await removeLinks(this.plan.bridges.map(({ name }) => name));
    releaseLab(this.claim.folder);
  }

  private async powerOn(): Promise<void> {
    await makeBridges(this.plan.bridges);
    await Promise.all(this.machines.map((machine) => machine.wake()));
    await plugCables(this.machines);
    await Promise.all(this.machines.map((machine) => machine.boot()));
    await Promise.all(this.hosts.map((host) => host.waitForSsh()));
    await Promise.all(this.hosts.map((host) => host.spec.docker && host.docker.ready()));
  }
}

function hostOptions(hosts: number | readonly HostOptions[]): FullHostOptions[] {
  const list = typeof hosts === "number" ? Array.from({ length: hosts }, (): HostOptions => ({})) : hosts;
  if (list.length < 1 || list.length > MAX_HOSTS) {
    throw new UserError("lab-size", `A lab has 1 to ${MAX_HOSTS} hosts, not ${list.length}.`);
  }
  const full = list.map(({ name, init = "sshd", lan = false, networks, groups = ["lab"], docker }, index) => ({
    ...{ name: name ?? `h${index + 1}`, init, lan, groups, docker },
    networks: networks ?? (lan ? ["lan0"] : []),
  }));
  const odd = full.find(({ name }) => !/^[a-z][a-z0-9-]{0,40}$/.test(name) || name === "client");
  if (odd) throw new UserError("lab-name", `\`${odd.name}\` can not be a host's name.`, "Use letters, digits and `-`.");
  for (const { docker } of full) if (docker) checkDocker(docker);
  if (full.some(({ init }) => init === "systemd") && !isMachineRoot()) {
    throw new UserError(
      "systemd-needs-root",
      "A host with systemd needs root, since its control groups belong to the machine.",
      'Run as root, or use `init: "sshd"`: hosts without systemd work for every user.',
    );
  }
  return full;
}

function checkDocker({ engine }: DockerSpec): void {
  if (!isMachineRoot()) {
    throw new UserError(
      "docker-needs-root",
      "A host with Docker needs root, since containers are made with the machine's control groups and mounts.",
      "Run as root; hosts without Docker work for every user.",
    );
  }
  if (existsSync(join(SEAT_ENGINES, engineFolder(engineNamed(engine))))) return;
  throw new UserError(
    "no-engine",
    `Docker ${engine} is not there for hosts of this lab.`,
    `Start the seat by \`scripts/in-lab.sh --docker ${engine} COMMAND…\`, which downloads it first.`,
  );
}
