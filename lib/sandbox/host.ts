import { connect } from "node:net";
import type { Address } from "./addresses";
import { LabDocker } from "./docker";
import { startSshServer } from "./host-ssh";
import { Machine, type MachineSpec } from "./machine";
import { isMachineRoot } from "./places";

export interface SshAccess {
  readonly user: string;
  readonly port: number;
  /** Path of the private key. */
  readonly identityFile: string;
  /** Path of a file with the keys of all hosts of the lab. */
  readonly knownHostsFile: string;
}

export interface HostSpec extends MachineSpec {
  readonly groups: readonly string[];
  readonly management: Address;
  readonly wan: Address;
  readonly ssh: SshAccess;
}

const SSH_TIMEOUT_MS = 30_000;

/** A machine that is managed over SSH. */
export class LabHost extends Machine {
  readonly groups: readonly string[];
  /** On the management side. */
  readonly address: string;
  readonly address6: string;
  /** On the outside, where the client is. */
  readonly wanAddress: string;
  readonly wanAddress6: string;
  readonly ssh: SshAccess;
  /** The machines behind its inner interfaces, by the interface's name. */
  readonly behind = new Map<string, Machine>();
  /** Its Docker: of use where it has one. */
  readonly docker = new LabDocker(this);

  constructor(spec: HostSpec, folder: string) {
    super({ ...spec, init: isMachineRoot() ? spec.init : "idle" }, folder); // sshd needs the machine's root
    this.groups = spec.groups;
    this.address = spec.management.v4;
    this.address6 = spec.management.v6;
    this.wanAddress = spec.wan.v4;
    this.wanAddress6 = spec.wan.v6;
    this.ssh = spec.ssh;
  }

  /** What lies behind `lan0`. */
  get inner(): Machine {
    const machine = this.behind.get("lan0");
    if (!machine) throw new Error(`${this.name} has no lan0: start it with \`lan: true\``);
    return machine;
  }

  override async boot(): Promise<void> {
    await super.boot();
    if (isMachineRoot()) return;
    const server = await startSshServer(this);
    this.onEnd(() => server.kill("SIGKILL"));
  }

  /** Power on, and wait until SSH answers. With a firewall that may keep it from that, see `waitForSsh`. */
  override async start(options: { readonly waitForSsh?: boolean } = {}): Promise<void> {
    await super.start();
    if (options.waitForSsh ?? true) await this.waitForSsh();
  }

  override async reboot(options: { readonly waitForSsh?: boolean } = {}): Promise<void> {
    await this.stop();
    await this.start(options);
  }

  /** Waits until an SSH server greets on the management side. @param timeoutMs milliseconds, @default 30,000 */
  async waitForSsh(timeoutMs = SSH_TIMEOUT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await greets(this.address, this.ssh.port))) {
      if (Date.now() > deadline)
        throw new Error(`${this.name} does not answer SSH after ${timeoutMs} ms${await this.trouble()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private async trouble(): Promise<string> {
    if (!this.running) return ": it is off";
    if (this.init !== "systemd") return "";
    const ask = "systemctl is-system-running; systemctl --no-legend --failed; systemctl --no-legend list-jobs";
    const { stdout, stderr } = await this.exec(`${ask}; journalctl --no-pager -n 8 -o cat`, { timeoutMs: 5000 });
    return `:\n${stdout}${stderr}`;
  }
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => end(false));
    socket.once("data", (data) => end(data.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
