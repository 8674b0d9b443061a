import { join } from "node:path";
import { Annotations, App, TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import type { Construct } from "constructs";
import type { Finding, Fleet, HostPolicy } from "../index";
import { bundleContents, synthesize, WORDS_FILE, type StackFacts } from "../../lib/synth/synthesize";
import { levelOf, printFinding } from "../../lib/model/findings";
import { rulesetLines } from "./plan-detail";

/** The context key for the day of a synth: what has expired is told by it. */
export const TODAY_CONTEXT = "cdkfw:today";

/** What a stack deploys: some hosts of a fleet. */
export interface Part {
  readonly fleet: Fleet;
  readonly hostNames: readonly string[];
  /** Adds resources for hosts that came late. Called when a synth begins to write, the last moment to do so. */
  readonly completeResources: () => void;
}

/**
 * The bundles of one stack, of all its deployments together: compiled once for each synth, when its validations have
 * passed, and written beside its JSON.
 *
 *     App.synth:      prepare → aspects → validations → custom synthesis → render
 *                                 │                        │               │
 *                               begin()               write bundles     generationOf(host)
 *
 * `Testing.synth` renders without custom synthesis: the policies are compiled then, and nothing is written.
 */
export class StackBundles {
  static of(scope: Construct): StackBundles {
    const stack = TerraformStack.of(scope);
    const known = ofStack.get(stack);
    if (known !== undefined) return known;
    const bundles = new StackBundles(stack);
    ofStack.set(stack, bundles);
    // cdktf calls it once for each synth, and only when the stack's validations have passed; its assets do the same.
    addCustomSynthesis(scope, { onSynthesize: ({ outdir }) => bundles.#write(String(outdir)) });
    return bundles;
  }

  readonly parts: Part[] = [];
  #policies: ReadonlyMap<string, HostPolicy> | undefined;
  readonly #generations = new Map<string, string>();
  #output: string | undefined;

  private constructor(readonly stack: TerraformStack) {}

  /** A synth begins: what an earlier one has found may be outdated. */
  begin(): void {
    this.#policies = undefined;
    this.#output = undefined;
    this.#generations.clear();
  }

  /** The stack's folder, in which Terraform runs. */
  get folder(): string {
    return join(this.#output ?? App.of(this.stack).outdir, "stacks", this.stack.node.id);
  }

  /** @throws FindingsError `invalid-fleet` where the host's fleet has findings */
  generationOf(host: string): string {
    const generation = this.#generations.get(host) ?? this.#contents(host).generation;
    this.#generations.set(host, generation);
    return generation;
  }

  /** What the host's kernel will load, line by line. */
  rulesetOf(host: string): string[] {
    return rulesetLines(this.#contents(host), WORDS_FILE);
  }

  #write(output: string): void {
    this.begin();
    for (const part of this.parts) part.completeResources();
    this.#output = output;
    const hosts = synthesize(this.#all(), output, this.stack.node.id, this.#facts(), this.#today());
    for (const { host, generation } of hosts) this.#generations.set(host, generation);
    this.#warn(hosts.flatMap(({ findings }) => findings));
  }

  /** cdktf prints its annotations after the synth: one for each line of code, whatever number of hosts it makes. */
  #warn(findings: readonly Finding[]): void {
    const places = new Map<string, Finding>();
    for (const finding of findings) {
      if (levelOf(finding) !== "warning" || finding.silenced !== undefined) continue;
      const { code = "mistake", origin } = finding;
      const place = `${code} ${origin.file ?? origin.path} ${String(origin.line ?? "")}`;
      if (!places.has(place)) places.set(place, finding);
    }
    const told = new Set(this.stack.node.metadata.map(({ data }) => data as unknown));
    for (const finding of places.values()) {
      const warning = `${printFinding(finding)} [${finding.code ?? "mistake"}]`;
      if (!told.has(warning)) Annotations.of(this.stack).addWarning(warning);
    }
  }

  /** A fleet's own day, else the one that the command has put into the context. */
  #today(): string | undefined {
    const given: unknown = this.stack.node.tryGetContext(TODAY_CONTEXT);
    const own = this.parts.map(({ fleet }) => fleet.today).find((day) => day !== undefined);
    return own ?? (typeof given === "string" ? given : undefined);
  }

  #facts(): StackFacts {
    const fleets = this.parts.flatMap(({ fleet, hostNames: hosts }) => {
      const { rolloutPlan: rollout } = fleet;
      if (rollout === undefined) return [];
      const placeOf = new Map(fleet.hosts.map(({ hostName }, place) => [hostName, place]));
      return [{ fleet: fleet.node.path, hosts, places: hosts.map((host) => placeOf.get(host) ?? 0), rollout }];
    });
    return { fleets };
  }

  #contents(host: string): ReturnType<typeof bundleContents> {
    this.#policies ??= new Map(this.#all().map((policy) => [policy.host, policy]));
    const policy = this.#policies.get(host);
    if (policy === undefined) throw new Error(`INVARIANT: ${host} has a resource and no policy`);
    return bundleContents(policy);
  }

  #all(): HostPolicy[] {
    return this.parts.flatMap(({ fleet, hostNames }) => {
      // Of a fleet that is spread over stacks, each looks at its own hosts only: with all it would be stacks times hosts.
      if (hostNames.length === fleet.hosts.length) return fleet.policies();
      const wanted = new Set(hostNames);
      return fleet.hosts.filter(({ hostName }) => wanted.has(hostName)).map((host) => fleet.policyOf(host));
    });
  }
}

const ofStack = new WeakMap<TerraformStack, StackBundles>();
