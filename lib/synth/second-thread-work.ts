import { workerData } from "node:worker_threads";
import type { HostPolicy } from "../model/policy";
import type { Answer, Shared, Work } from "./second-thread";
import { writeHost, type HostContext } from "./write-host";

const { port, done } = workerData as Shared;

let context: HostContext | undefined;

port.on("message", (work: Work) => {
  if ("context" in work) {
    context = work.context;
    return;
  }
  port.postMessage(answer(work.index, work.policy));
  // After the answer, so that whoever sees the count finds the answer.
  Atomics.add(done, 0, 1);
  Atomics.notify(done, 0);
});

function answer(index: number, policy: HostPolicy): Answer {
  try {
    if (context === undefined) throw new Error("invariant: a host is to be written, and nobody has said where");
    return { index, written: writeHost(policy, context) };
  } catch (error) {
    return { index, error };
  }
}
