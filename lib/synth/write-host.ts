import { rmSync } from "node:fs";
import { join } from "node:path";
import { reviewPolicy } from "../analysis/review-policy";
import { nameGeneration } from "../bundle/generation";
import { writeBundle, type BundleContents } from "../bundle/write";
import { compile, merge } from "../compile/compile";
import type { Ruleset } from "../compile/ruleset";
import { countriesOf, resolveCountries, type CountriesByDatabase } from "../countries/resolve";
import { withNetworks } from "../model/countries";
import { errorsAmong, type Finding } from "../model/findings";
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
  /** What was found about it that did not stop it. */
  readonly findings: readonly Finding[];
  readonly generation: string;
  readonly folder: string;
}

/** One policy → what its bundle holds. Nothing is read but the database, where it names countries. */
export function bundleContents(policy: HostPolicy): BundleContents {
  return contentsOf(inNormalOrder(policy), resolveCountries([policy]));
}

/** A host whose policy has errors: it gets no bundle, and the one of an earlier synth is gone. */
export interface RefusedHost {
  readonly host: string;
  readonly errors: readonly Finding[];
}

/** What all hosts of a synth share. */
export interface HostContext {
  readonly hostsFolder: string;
  readonly countries: CountriesByDatabase;
  /** The day of the synth, where it is known. */
  readonly today?: string | undefined;
}

/** One policy → its bundle in `FOLDER/HOST`, once it has been reviewed. */
export function writeHost(
  given: HostPolicy,
  { hostsFolder, countries, today }: HostContext,
): WrittenHost | RefusedHost {
  const policy = inNormalOrder(given);
  const whole = withNetworks(policy, countriesOf(policy, countries));
  const rules = compile(whole, { merge: false });
  const findings = reviewPolicy(whole, today, rules);
  const errors = errorsAmong(findings);
  if (errors.length > 0) {
    rmSync(join(hostsFolder, policy.host), { recursive: true, force: true });
    return { host: policy.host, errors };
  }
  const contents = contentsOf(policy, countries, merge(rules));
  const folder = writeBundle(hostsFolder, { ...contents, findings });
  return { host: policy.host, generation: contents.generation, folder, findings };
}

function contentsOf(policy: HostPolicy, resolved: CountriesByDatabase, rules?: Ruleset): BundleContents {
  const countries = countriesOf(policy, resolved);
  const rendered = {
    ...render(rules ?? compile(withNetworks(policy, countries)), policy.backend),
    [WORDS_FILE]: policyInWords(policy, countries)
      .map((line) => `${line}\n`)
      .join(""),
  };
  const { generation, texts } = nameGeneration(policy.backend, rendered, GENERATION_MARK);
  const { host, path, groups = [], backend, install, target } = policy;
  const probes = (policy.review?.expectations ?? []).flatMap(probesOf);
  const facts = { host, path, groups, backend, generation, ...(install === true && { install }), target, probes };
  return { ...facts, texts, policy, countries };
}
