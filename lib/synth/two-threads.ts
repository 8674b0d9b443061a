import { resolveCountries } from "../countries/resolve";
import type { HostPolicy } from "../model/policy";
import { SecondThread } from "./second-thread";
import { writeHost, type HostContext, type RefusedHost, type WrittenHost } from "./write-host";

/** Policies at the second thread: enough to keep it busy, and few to wait for when a stack ends. */
const AHEAD = 3;

/** Writes the bundles of all hosts and returns when they stand: a CDK's synth is not asynchronous. */
export function writeHosts(
  policies: readonly HostPolicy[],
  hostsFolder: string,
  today: string | undefined,
): (WrittenHost | RefusedHost)[] {
  const context: HostContext = { hostsFolder, countries: resolveCountries(policies), today };
  const second = SecondThread.forMore(policies.length);
  if (second === undefined) return policies.map((policy) => writeHost(policy, context));
  try {
    return writeByTurns(policies, context, second);
  } catch (error) {
    // It may have answers left that nobody has asked for.
    SecondThread.end();
    throw error;
  }
}

/** This thread takes hosts from the front, the other one is handed them from the back. */
function writeByTurns(
  policies: readonly HostPolicy[],
  context: HostContext,
  second: SecondThread,
): (WrittenHost | RefusedHost)[] {
  const written = new Array<WrittenHost | RefusedHost>(policies.length);
  second.begin(context);
  let front = 0;
  let back = policies.length;
  while (front < back) {
    while (front < back && second.waiting < AHEAD) {
      back--;
      second.hand(back, policies[back] as HostPolicy);
    }
    const policy = policies[front];
    if (front < back && policy !== undefined) written[front++] = writeHost(policy, context);
  }
  for (const answer of second.answers()) {
    if ("error" in answer) throw answer.error;
    written[answer.index] = answer.written;
  }
  return written;
}
