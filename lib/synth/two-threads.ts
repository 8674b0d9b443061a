import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { resolveCountries } from "../countries/resolve";
import type { HostPolicy } from "../model/policy";
import { writeHost, type HostContext, type RefusedHost, type WrittenHost } from "./write-host";

/** What the second thread is given when it starts. */
export interface SecondThread {
  readonly port: MessagePort;
  /** How many hosts it has written: what this thread waits for without an event loop. */
  readonly done: Int32Array;
  readonly context: HostContext;
}

export type Answer = { readonly index: number } & (
  { readonly written: WrittenHost | RefusedHost } | { readonly error: unknown }
);

/** Below that, a second thread costs more than it saves. */
const LEAST_HOSTS = 200;

/** Policies that wait at the second thread: enough to keep it busy, few enough to need no room. */
const AHEAD = 8;

const SILENCE_MS = 60_000;

/** There only where the package is compiled: a thread of its own has no loader for TypeScript. */
const SCRIPT = join(__dirname, "second-thread.js");

/** Writes the bundles of all hosts and returns when they stand: a CDK's synth is not asynchronous. */
export function writeHosts(
  policies: readonly HostPolicy[],
  hostsFolder: string,
  today: string | undefined,
): (WrittenHost | RefusedHost)[] {
  const context: HostContext = { hostsFolder, countries: resolveCountries(policies), today };
  if (policies.length < LEAST_HOSTS || !existsSync(SCRIPT)) return policies.map((policy) => writeHost(policy, context));
  const { port1: port, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const given: SecondThread = { port: port2, done, context };
  const worker = new Worker(SCRIPT, { workerData: given, transferList: [port2] });
  worker.unref();
  try {
    return writeByTurns(policies, given, port);
  } finally {
    port.close();
    void worker.terminate();
  }
}

/** This thread takes hosts from the front, the other one is handed them from the back. */
function writeByTurns(
  policies: readonly HostPolicy[],
  { context, done }: SecondThread,
  port: MessagePort,
): (WrittenHost | RefusedHost)[] {
  const written = new Array<WrittenHost | RefusedHost>(policies.length);
  let front = 0;
  let back = policies.length;
  while (front < back) {
    while (front < back && policies.length - back - Atomics.load(done, 0) < AHEAD) {
      back--;
      port.postMessage({ index: back, policy: policies[back] });
    }
    const policy = policies[front];
    if (front < back && policy !== undefined) written[front++] = writeHost(policy, context);
  }
  waitFor(policies.length - back, done);
  for (let one = receiveMessageOnPort(port); one !== undefined; one = receiveMessageOnPort(port)) {
    const answer = one.message as Answer;
    if ("error" in answer) throw answer.error;
    written[answer.index] = answer.written;
  }
  return written;
}

function waitFor(count: number, done: Int32Array): void {
  for (let now = Atomics.load(done, 0); now < count; now = Atomics.load(done, 0)) {
    if (Atomics.wait(done, 0, now, SILENCE_MS) === "timed-out") {
      throw new Error(`invariant: the second thread has written nothing for ${SILENCE_MS / 1000} seconds`);
    }
  }
}
