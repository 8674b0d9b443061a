import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { asset } from "./places";

export interface Probe {
  readonly proto: "tcp" | "udp" | "icmp";
  /** An IPv4 or IPv6 address. */
  readonly dst: string;
  /** For tcp and udp. */
  readonly port?: number;
  /** Source address; the prober's machine must own it. */
  readonly src?: string;
  readonly sport?: number;
  /** TCP: wait for what the other side says first, and give it as `reply`. UDP always does. */
  readonly read?: boolean;
}

export interface Verdict {
  /** `error`: the packet was not sent, see `how`. */
  readonly verdict: "accept" | "reject" | "drop" | "error";
  /** `syn-ack`, `data`, `echo-reply`; `rst`, `icmp:TYPE/CODE`; `timeout`, `no neighbour`; `local:ERRNO`. */
  readonly how: string;
  /** Who sent the ICMP error. */
  readonly from?: string;
  readonly reply?: string;
  readonly ms: number;
}

export interface ProbeOptions {
  /** What a batch may take if something in it is silent, in milliseconds. @default 240 */
  readonly timeoutMs?: number;
  /**
   * Send silent probes once more, in the second half of the time: the kernel limits ICMP errors per second, which
   * makes some rejects of a large batch look like drops. Turn it off where a rule counts packets. @default true
   */
  readonly repeat?: boolean;
}

/** The prober of one machine: a Python process there that serves batch after batch, until the machine goes off. */
export class Prober {
  private readonly process: ChildProcess;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly lines: AsyncIterableIterator<string>;

  constructor(enter: readonly string[]) {
    const [file = "", ...args] = [...enter, "setpriv", "--pdeathsig", "KILL"];
    const script = readFileSync(asset("prober.py"), "utf8");
    this.process = spawn(file, [...args, "/usr/bin/python3", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    this.process.stdin?.on("error", () => undefined);
    if (!this.process.stdout) throw new Error("the prober has no output");
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** Sends all probes at once. The verdicts come in the order of the probes. */
  probe(probes: readonly Probe[], { timeoutMs = 240, repeat = true }: ProbeOptions = {}): Promise<Verdict[]> {
    const answer = this.queue.then(async () => {
      const verdicts = await this.batch(probes, repeat ? timeoutMs / 2 : timeoutMs);
      const silent = repeat ? verdicts.flatMap(({ verdict }, index) => (verdict === "drop" ? [index] : [])) : [];
      if (silent.length === 0) return verdicts;
      const again = await this.batch(
        probes.filter((_probe, index) => silent.includes(index)),
        timeoutMs / 2,
      );
      return verdicts.map((verdict, index) => again[silent.indexOf(index)] ?? verdict);
    });
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  stop(): void {
    this.process.kill("SIGKILL");
  }

  private async batch(probes: readonly Probe[], timeout: number): Promise<Verdict[]> {
    const lines = [{ timeout }, ...probes].map((entry) => JSON.stringify(entry));
    this.process.stdin?.write(lines.join("\n") + "\n\n");
    const verdicts: Verdict[] = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error("the prober ended: is the machine off?");
      if (value === "") return verdicts;
      verdicts.push(JSON.parse(value) as Verdict);
    }
  }
}
