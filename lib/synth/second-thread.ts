import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { HostPolicy } from "../model/policy";
import type { HostContext, RefusedHost, WrittenHost } from "./write-host";

/** What the thread is given when it starts. */
export interface Shared {
  readonly port: MessagePort;
  /** How many hosts it has written: what the first thread waits for without an event loop. */
  readonly done: Int32Array;
}

/** What it is told: how hosts are to be written from now on, or one of them. */
export type Work = { readonly context: HostContext } | { readonly index: number; readonly policy: HostPolicy };

export type Answer = { readonly index: number } & (
  { readonly written: WrittenHost | RefusedHost } | { readonly error: unknown }
);

/** Below that, it costs more than it saves. */
const LEAST_HOSTS = 200;

const SILENCE_MS = 60_000;

/** There only where the package is compiled: a thread of its own has no loader for TypeScript. */
const SCRIPT = join(__dirname, "second-thread-work.js");

/** Writes hosts beside the first thread. A fleet that is spread over stacks has one for all of them. */
export class SecondThread {
  static #running: SecondThread | undefined;
  /** Those that the program has written without a break. */
  static #hosts = 0;

  /**
   * The thread for some hosts more, where there are enough of them in one stack or in several. A CDK's synth is one call:
   * when the program comes to rest, the synth is over and the thread with it.
   */
  static forMore(hosts: number): SecondThread | undefined {
    if (SecondThread.#hosts === 0) setImmediate(() => SecondThread.end());
    SecondThread.#hosts += hosts;
    if (SecondThread.#hosts < LEAST_HOSTS || !existsSync(SCRIPT)) return undefined;
    return (SecondThread.#running ??= new SecondThread());
  }

  static end(): void {
    SecondThread.#running?.stop();
    SecondThread.#running = undefined;
    SecondThread.#hosts = 0;
  }

  readonly #port: MessagePort;
  readonly #worker: Worker;
  readonly #done = new Int32Array(new SharedArrayBuffer(4));
  #handed = 0;

  private constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const shared: Shared = { port: port2, done: this.#done };
    this.#worker = new Worker(SCRIPT, { workerData: shared, transferList: [port2] });
    this.#worker.unref();
  }

  /** How many of the hosts that it was handed are still to be written. */
  get waiting(): number {
    return this.#handed - Atomics.load(this.#done, 0);
  }

  begin(context: HostContext): void {
    this.#tell({ context });
  }

  hand(index: number, policy: HostPolicy): void {
    this.#tell({ index, policy });
    this.#handed++;
  }

  /** Waits until all is written. */
  answers(): Answer[] {
    for (let now = Atomics.load(this.#done, 0); now < this.#handed; now = Atomics.load(this.#done, 0)) {
      if (Atomics.wait(this.#done, 0, now, SILENCE_MS) === "timed-out") {
        throw new Error(`invariant: the second thread has written nothing for ${SILENCE_MS / 1000} seconds`);
      }
    }
    const answers: Answer[] = [];
    for (let one = receiveMessageOnPort(this.#port); one !== undefined; one = receiveMessageOnPort(this.#port)) {
      answers.push(one.message as Answer);
    }
    return answers;
  }

  #tell(work: Work): void {
    this.#port.postMessage(work);
  }

  private stop(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}
