import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeStackFile, type StackFacts } from "../bundle/stack-file";
import { removeOtherBundles } from "../bundle/write";
import { show } from "../model/findings";
import { FindingsError } from "../model/findings-error";
import type { HostPolicy } from "../model/policy";
import { writeHosts } from "./two-threads";
import type { RefusedHost, WrittenHost } from "./write-host";

export type { StackFacts } from "../bundle/stack-file";
export { bundleContents, WORDS_FILE } from "./write-host";

export interface SynthesizedHost extends WrittenHost {
  readonly stack: string;
}

/**
 * Writes the bundles of a stack's hosts to `OUTPUT/stacks/STACK/hosts/HOST/` and removes those of hosts that are no
 * more. The policies must have passed their checks. Hosts are reviewed one by one: those with errors get no bundle.
 * @throws UserError `stack-of-another`
 * @throws FindingsError `review` with the errors of all hosts, when all others are written
 */
export function synthesize(
  policies: readonly HostPolicy[],
  output: string,
  stack: string,
  facts: StackFacts = { fleets: [] },
  /** The day, such as `2026-11-22`. @default unknown: nothing is told to have expired */
  today?: string,
): SynthesizedHost[] {
  const folder = join(output, "stacks", stack);
  const hostsFolder = join(folder, "hosts");
  mkdirSync(folder, { recursive: true });
  writeStackFile(folder, facts);
  removeOtherBundles(hostsFolder, new Set(policies.map(({ host }) => host)));
  const hosts = writeHosts(policies, hostsFolder, today);
  const refused = hosts.filter(isRefused);
  if (refused.length > 0) {
    throw new FindingsError(
      "review",
      `the policy of ${namesOf(refused)}`,
      refused.flatMap(({ errors }) => errors),
    );
  }
  return hosts.filter((one): one is WrittenHost => !isRefused(one)).map((written) => ({ ...written, stack }));
}

function isRefused(host: WrittenHost | RefusedHost): host is RefusedHost {
  return "errors" in host;
}

function namesOf(refused: readonly RefusedHost[]): string {
  const names = refused.slice(0, 5).map(({ host }) => show(host));
  return refused.length > 5 ? `${names.join(", ")} and ${refused.length - 5} more` : names.join(", ");
}
