import { workerData } from "node:worker_threads";
import type { HostPolicy } from "../model/policy";
import type { Answer, SecondThread } from "./two-threads";
import { writeHost } from "./write-host";

const { port, done, context } = workerData as SecondThread;

port.on("message", ({ index, policy }: { index: number; policy: HostPolicy }) => {
  port.postMessage(answer(index, policy));
  // After the answer, so that whoever sees the count finds the answer.
  Atomics.add(done, 0, 1);
  Atomics.notify(done, 0);
});

function answer(index: number, policy: HostPolicy): Answer {
  try {
    return { index, written: writeHost(policy, context) };
  } catch (error) {
    return { index, error };
  }
}
