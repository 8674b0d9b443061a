import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../../lib/remote";
import type { RunOptions, RunResult } from "../../lib/remote";

/** How a simulated host behaves. Times in milliseconds. */
export interface Behaviour {
  readonly roundTrip: number;
  /** From the arrival of the texts to the new rules. */
  readonly apply: number;
}

/**
 * A host without a network: it speaks the runtime's protocol, and takes its time. The handshake on this side is the real
 * one, and its window is kept.
 */
export class SimulatedHost {
  #pending: string | undefined;
  /** How often it has been confirmed. */
  confirmed = 0;

  constructor(private readonly behaviour: Behaviour) {}

  async connect(): Promise<Connection> {
    // TCP, key exchange and login: about seven round trips.
    await sleep(this.behaviour.roundTrip * 7);
    const run = (command: string, options: RunOptions = {}): Promise<RunResult> => this.#run(command, options);
    return {
      user: "root",
      serverAddress: "192.0.2.1",
      localAddress: "192.0.2.2",
      clientAddress: () => Promise.resolve("192.0.2.2"),
      run,
      runAsRoot: run,
      askTcp: () => Promise.resolve({ kind: "silent" }),
      close: () => undefined,
      onClose: () => undefined,
    };
  }

  async #run(command: string, { stdin, onStdoutLine }: RunOptions): Promise<RunResult> {
    await sleep(this.behaviour.roundTrip);
    const said: string[] = [];
    const say = (token: string, ...words: string[]): void => {
      for (const word of words) {
        said.push(`@cdkfw:${token} ${word}`);
        onStdoutLine?.(`@cdkfw:${token} ${word}`);
      }
    };
    if (stdin !== undefined) {
      const nonce = /apply\W+([0-9a-f]{32})/.exec(command)?.[1] ?? "";
      say(nonce, "step check", "step lock", "step stage", "step arm", "step apply");
      await sleep(this.behaviour.apply);
      // A copy: a part of a string keeps the whole of it in memory.
      this.#pending = Buffer.from(nonce).toString();
      say(nonce, "result applied", "end 0");
    } else {
      const [, token = "", nonce = ""] = /confirm\W+([0-9a-f]{16})\W+([0-9a-f]{32})/.exec(command) ?? [];
      if (nonce !== this.#pending) say(token, "error not-pending unknown", "end 1");
      else {
        this.confirmed++;
        say(token, "result committed", "end 0");
      }
    }
    return { code: 0, stdout: `${said.join("\n")}\n`, stderr: "" };
  }
}
