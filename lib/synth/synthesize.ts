import { join } from "node:path";
import { nameGeneration } from "../bundle/generation";
import { removeOtherBundles, writeBundle, type BundleContents } from "../bundle/write";
import { compile } from "../compile/compile";
import type { HostPolicy } from "../model/policy";
import { policyInWords } from "../model/policy-words";
import { render } from "../render/render";
import { GENERATION_MARK } from "../render/iptables/sets";
import { inNormalOrder } from "./normal-order";

/** A host's bundle as it was written. */
export interface SynthesizedHost {
  readonly host: string;
  readonly stack: string;
  readonly generation: string;
  /** The policy in words, line by line. */
  readonly words: readonly string[];
  readonly folder: string;
}

/** The policy in words, as it goes to the host beside the loaders' texts. */
export const WORDS_FILE = "policy.txt";

/** One policy → what its bundle holds. Pure. */
export function bundleContents(policy: HostPolicy): BundleContents {
  return contentsAndWords(inNormalOrder(policy)).contents;
}

function contentsAndWords(policy: HostPolicy): { contents: BundleContents; words: readonly string[] } {
  const words = policyInWords(policy);
  const rendered = {
    ...render(compile(policy), policy.backend),
    [WORDS_FILE]: words.map((line) => `${line}\n`).join(""),
  };
  const { generation, texts } = nameGeneration(policy.backend, rendered, GENERATION_MARK);
  const { host, path, backend, target } = policy;
  return { contents: { host, path, backend, generation, target, texts, policy }, words };
}

/**
 * Writes the bundles of a stack's hosts to `OUTPUT/stacks/STACK/hosts/HOST/` and removes those of hosts that are no
 * more. The policies must have passed their checks.
 */
export function synthesize(policies: readonly HostPolicy[], output: string, stack: string): SynthesizedHost[] {
  const hostsFolder = join(output, "stacks", stack, "hosts");
  removeOtherBundles(hostsFolder, new Set(policies.map(({ host }) => host)));
  return policies.map((policy) => {
    const { contents, words } = contentsAndWords(inNormalOrder(policy));
    const folder = writeBundle(hostsFolder, contents);
    return { host: policy.host, stack, generation: contents.generation, words, folder };
  });
}
