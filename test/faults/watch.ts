import type { Lab, LabHost, Probe } from "../../lib/sandbox";
import { mustExec } from "../fixtures/sshd";

/** Where the policies of the faults let in, and where none of them does. */
export const OLD_PORT = 8001;
export const NEW_PORT = 8002;
export const FORBIDDEN_PORT = 8999;

/** Lets somebody listen on all of them: an answer is then the firewall's doing, and silence or a refusal too. */
export async function listen(host: LabHost): Promise<void> {
  await host.writeFile("/etc/lab/ports", [OLD_PORT, NEW_PORT, FORBIDDEN_PORT].map((port) => `Port ${port}\n`).join(""));
  await mustExec(host, "echo 'Include /etc/lab/ports' >>/etc/ssh/sshd_config");
  await host.reboot();
}

/** A stranger's packets that no generation lets in. */
function forbidden({ wanAddress, wanAddress6 }: LabHost): Probe[] {
  return [wanAddress, wanAddress6].flatMap((dst) =>
    [22, FORBIDDEN_PORT].map((port): Probe => ({ proto: "tcp", dst, port })),
  );
}

/** Sends strangers' packets to all hosts without pause, and notes each that was let in. */
export class Watch {
  private readonly leaks = new Map<LabHost, Set<string>>();
  private ended = false;
  private loop: Promise<void> | undefined;
  /** Packets that were sent. */
  sent = 0;

  constructor(
    private readonly lab: Lab,
    /** The hosts that should be closed at the moment. */
    private readonly guarded: ReadonlySet<LabHost>,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.loop;
  }

  /** Where a host let strangers in since the last call. */
  take(host: LabHost): string[] {
    const leaks = this.leaks.get(host) ?? [];
    this.leaks.delete(host);
    return [...leaks];
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      const hosts = [...this.guarded];
      const probes = hosts.flatMap((host) => forbidden(host).map((probe) => ({ host, probe })));
      if (probes.length === 0) {
        await new Promise((done) => setTimeout(done, 20));
        continue;
      }
      const verdicts = await this.lab.client.probe(
        probes.map(({ probe }) => probe),
        { timeoutMs: 60, repeat: false },
      );
      this.sent += probes.length;
      verdicts.forEach((verdict, index) => {
        const { host, probe } = probes[index] as (typeof probes)[number];
        if (verdict.verdict !== "accept" || !this.guarded.has(host)) return;
        const leaks = this.leaks.get(host) ?? new Set();
        this.leaks.set(host, leaks.add(`a stranger's packet to ${probe.dst}, port ${probe.port}, got ${verdict.how}`));
      });
    }
  }
}
