import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeStackFile, type StackFacts } from "../bundle/stack-file";
import { removeOtherBundles } from "../bundle/write";
import type { HostPolicy } from "../model/policy";
import { writeHosts } from "./two-threads";
import type { WrittenHost } from "./write-host";

export type { StackFacts } from "../bundle/stack-file";
export { bundleContents, WORDS_FILE } from "./write-host";

export interface SynthesizedHost extends WrittenHost {
  readonly stack: string;
}

/**
 * Writes the bundles of a stack's hosts to `OUTPUT/stacks/STACK/hosts/HOST/` and removes those of hosts that are no
 * more. The policies must have passed their checks.
 * @throws UserError `stack-of-another`
 */
export function synthesize(
  policies: readonly HostPolicy[],
  output: string,
  stack: string,
  facts: StackFacts = { fleets: [] },
): SynthesizedHost[] {
  const folder = join(output, "stacks", stack);
  const hostsFolder = join(folder, "hosts");
  mkdirSync(folder, { recursive: true });
  writeStackFile(folder, facts);
  removeOtherBundles(hostsFolder, new Set(policies.map(({ host }) => host)));
  return writeHosts(policies, hostsFolder).map((written) => ({ ...written, stack }));
}
