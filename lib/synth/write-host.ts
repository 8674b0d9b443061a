import { nameGeneration } from "../bundle/generation";
import { writeBundle, type BundleContents } from "../bundle/write";
import { compile } from "../compile/compile";
import { countriesOf, resolveCountries, type CountriesByDatabase } from "../countries/resolve";
import { withNetworks } from "../model/countries";
import type { HostPolicy } from "../model/policy";
import { policyInWords } from "../model/policy-words";
import { probesOf } from "../model/probes";
import { render } from "../render/render";
import { GENERATION_MARK } from "../render/iptables/sets";
import { inNormalOrder } from "./normal-order";

/** The policy in words, as it goes to the host beside the loaders' texts. */
export const WORDS_FILE = "policy.txt";

/** A host's bundle as it was written. */
export interface WrittenHost {
  readonly host: string;
  readonly generation: string;
  /** The policy in words, line by line. */
  readonly words: readonly string[];
  readonly folder: string;
}

/** One policy → what its bundle holds. Nothing is read but the database, where it names countries. */
export function bundleContents(policy: HostPolicy): BundleContents {
  return contentsAndWords(inNormalOrder(policy), resolveCountries([policy])).contents;
}

/** One policy → its bundle in `FOLDER/HOST`. */
export function writeHost(policy: HostPolicy, hostsFolder: string, resolved: CountriesByDatabase): WrittenHost {
  const { contents, words } = contentsAndWords(inNormalOrder(policy), resolved);
  const folder = writeBundle(hostsFolder, contents);
  return { host: policy.host, generation: contents.generation, words, folder };
}

function contentsAndWords(
  policy: HostPolicy,
  resolved: CountriesByDatabase,
): { contents: BundleContents; words: readonly string[] } {
  const countries = countriesOf(policy, resolved);
  const words = policyInWords(policy, countries);
  const rendered = {
    ...render(compile(withNetworks(policy, countries)), policy.backend),
    [WORDS_FILE]: words.map((line) => `${line}\n`).join(""),
  };
  const { generation, texts } = nameGeneration(policy.backend, rendered, GENERATION_MARK);
  const { host, path, groups = [], backend, install, target } = policy;
  const probes = (policy.review?.expectations ?? []).flatMap(probesOf);
  const facts = { host, path, groups, backend, generation, ...(install === true && { install }), target, probes };
  return { contents: { ...facts, texts, policy, countries }, words };
}
