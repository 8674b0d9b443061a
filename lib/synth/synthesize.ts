import { join } from "node:path";
import { removeOtherBundles } from "../bundle/write";
import type { HostPolicy } from "../model/policy";
import { writeHosts } from "./two-threads";
import type { WrittenHost } from "./write-host";

export { bundleContents, WORDS_FILE } from "./write-host";

export interface SynthesizedHost extends WrittenHost {
  readonly stack: string;
}

/**
 * Writes the bundles of a stack's hosts to `OUTPUT/stacks/STACK/hosts/HOST/` and removes those of hosts that are no
 * more. The policies must have passed their checks.
 */
export function synthesize(policies: readonly HostPolicy[], output: string, stack: string): SynthesizedHost[] {
  const hostsFolder = join(output, "stacks", stack, "hosts");
  removeOtherBundles(hostsFolder, new Set(policies.map(({ host }) => host)));
  return writeHosts(policies, hostsFolder).map((written) => ({ ...written, stack }));
}
