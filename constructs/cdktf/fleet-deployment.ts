import { createHash } from "node:crypto";
import { Aspects, Fn, Lazy, type ITerraformDependable, type LocalExecProvisioner, type TerraformResource, type TerraformStack } from "cdktf"; // prettier-ignore
import { Construct } from "constructs";
import { WORDS_FILE } from "../../lib/synth/synthesize";
import { UserError, type Finding, type Fleet, type Host } from "../index";
import { PolicyConstruct } from "../policy-construct";
import { ownCommand } from "./command-line";
import { checkDeployment, checkProps } from "./deployment-checks";
import type { PlanDetail } from "./plan-detail";
import { StackBundles, type Part } from "./stack-bundles";
import { asLiteral } from "./template-text";
import { WaveOrder, type WaveHost } from "./wave-order";
import { createTrigger, ensureProvider, TRIGGER_CONTEXT, type Trigger } from "./trigger";

export interface FleetDeploymentProps {
  readonly fleet: Fleet;
  /** The part of the fleet that this stack deploys: hosts, or their names. @default the whole fleet */
  readonly hosts?: readonly (Host | string)[] | undefined;
  /** The resource that stands for a host. @default the context key `cdkfw:trigger`, else `null_resource` */
  readonly trigger?: Trigger | undefined;
  /** What a plan shows of a host's firewall. @default `policy`: its entries in words */
  readonly planDetail?: PlanDetail | undefined;
  /**
   * What becomes of the rules when the stack is destroyed. A host that is taken out of the program keeps its rules in
   * either case: `cdkfw teardown` removes them. @default `retain`
   */
  readonly removalPolicy?: "retain" | "teardown" | undefined;
  /** Seconds after which a host rolls back by itself unless the change is confirmed. @default 30, the command's own */
  readonly confirmTimeout?: number | undefined;
  /** The program and arguments that run `cdkfw`, from the stack's folder. @default Node and this package's own command */
  readonly command?: readonly string[] | undefined;
  /** What must be there before any host is deployed to, such as the machines. @default nothing */
  readonly dependsOn?: readonly ITerraformDependable[] | undefined;
}

/**
 * Deploys a fleet by Terraform: one resource for each host, which brings the host its firewall when it is created, and
 * is replaced when the firewall changes.
 *
 * ```ts
 * const fleet = new Fleet(stack, "fleet", { inventory: Inventory.fromFile("inventory.yaml") });
 * // … hosts and their rules; they may come after the deployment, too
 * new FleetDeployment(stack, "deploy", { fleet });
 * ```
 *
 * The bundles that the resources apply are written to `cdktf.out/stacks/STACK/hosts/HOST` when the app is synthesized.
 */
export class FleetDeployment extends PolicyConstruct implements Part {
  readonly fleet: Fleet;
  readonly trigger: Trigger;
  readonly #props: FleetDeploymentProps;
  readonly #bundles: StackBundles;
  readonly #resources = new Map<string, TerraformResource>();
  readonly #waves: WaveOrder;
  #teardowns: Construct | undefined;

  constructor(scope: Construct, id: string, props: FleetDeploymentProps) {
    super(scope, id, { twice: "a mistake" });
    this.fleet = props.fleet;
    this.trigger =
      props.trigger ?? (this.node.tryGetContext(TRIGGER_CONTEXT) as Trigger | undefined) ?? "null_resource";
    this.#props = props;
    this.#waves = new WaveOrder(this, this.trigger, {
      changes: (hosts) => this.#generationsOf(hosts),
      await: (wave) => this.#awaitBefore(wave),
    });
    this.#bundles = StackBundles.of(this);
    this.#bundles.parts.push(this);
    deploymentsOf.set(this.fleet, [...this.#ofFleet, this]);
    for (const mistake of checkProps({ ...props, trigger: this.trigger })) this.report(mistake);
    this.completeResources();
    Aspects.of(this).add({ visit: (node) => node === this && this.#begin() });
  }

  get stack(): TerraformStack {
    return this.#bundles.stack;
  }

  /** @internal */
  get removalPolicy(): "retain" | "teardown" {
    return this.#props.removalPolicy ?? "retain";
  }

  /** The names of the hosts that it deploys, in the fleet's order. */
  get hostNames(): readonly string[] {
    return this.#hosts.map(({ hostName }) => hostName);
  }

  get #hosts(): readonly Host[] {
    if (this.#props.hosts === undefined) return this.fleet.hosts;
    const wanted = new Set(this.wantedNames());
    return this.fleet.hosts.filter(({ hostName }) => wanted.has(hostName));
  }

  /**
   * The resource that deploys a host, for what Terraform knows beside: `addOverride`, `dependsOn`, `moveTo`.
   * @throws UserError `unknown-host` where the deployment has no such host
   */
  resource(host: Host | string): TerraformResource {
    this.completeResources();
    const name = typeof host === "string" ? host : host.hostName;
    const found = this.#resources.get(name);
    if (found !== undefined) return found;
    const known = [...this.#resources.keys()].slice(0, 20).join(", ");
    throw new UserError("unknown-host", `\`${name}\` is no host of the deployment`, `Known: ${known || "none"}.`);
  }

  /** The names given as `hosts`, be they known or not. @internal */
  wantedNames(): readonly string[] {
    return this.#props.hosts?.map((host) => (typeof host === "string" ? host : host.hostName)) ?? [];
  }

  /** @internal */
  override ownFindings(): readonly Finding[] {
    const others = { inStack: this.#bundles.parts.filter(isDeployment), ofFleet: this.#ofFleet };
    return [...super.ownFindings(), ...checkDeployment(this, others)];
  }

  /** Adds the resources of those hosts that have none yet. @internal */
  completeResources(): void {
    if (super.ownFindings().length > 0) return;
    for (const host of this.#hosts) {
      const { hostName: name } = host;
      // A name that can not be a resource's has a finding of its own.
      if (!this.#resources.has(name) && /^[\w.-]+$/.test(name)) this.#resources.set(name, this.#addResource(host));
    }
  }

  /** The deployments of the same fleet, this one included, in the order in which they were made. */
  get #ofFleet(): readonly FleetDeployment[] {
    return deploymentsOf.get(this.fleet) ?? [];
  }

  /** An aspect sees the construct when a synth begins, and before its validations: what is missing can be added. */
  #begin(): void {
    this.#bundles.begin();
    this.completeResources();
    this.#waves.order(this.#fleetForWaves(), this.#resources, this.fleet.rolloutPlan);
    if (this.#resources.size > 0) ensureProvider(this.trigger, this);
  }

  /** All hosts that any stack deploys, in the fleet's order. */
  #fleetForWaves(): WaveHost[] {
    const deployed = new Set(this.#ofFleet.flatMap(({ hostNames }) => hostNames));
    return this.fleet.hosts.flatMap(({ hostName: name, groups }) => (deployed.has(name) ? [{ name, groups }] : []));
  }

  /** A digest: between two waves nobody wants to read more. */
  #generationsOf(hosts: readonly string[]): string {
    return Lazy.stringValue({
      produce: ({ preparing }) => {
        if (preparing) return "";
        const generations = hosts.map((host) => this.#bundles.generationOf(host));
        return createHash("sha256").update(generations.join()).digest("hex").slice(0, 16);
      },
    });
  }

  #awaitBefore(wave: number): LocalExecProvisioner {
    const words = ["await", "--fleet", this.fleet.node.path, "--wave", String(wave), "--beside", this.stack.node.id];
    const produce = () => [...this.#command(), ...words, "--out"].map(asLiteral);
    return { type: "local-exec", interpreter: Lazy.listValue({ produce }), command: "../.." };
  }

  #addResource(host: Host): TerraformResource {
    const { dependsOn = [], confirmTimeout, removalPolicy } = this.#props;
    const window = confirmTimeout === undefined ? [] : ["--confirm-timeout", String(confirmTimeout)];
    const { hostName, lateAddress } = host;
    const teardown = removalPolicy === "teardown" ? [this.#addTeardown(hostName)] : [];
    return createTrigger(this.trigger, this, hostName, {
      triggers: this.#triggersOf(host),
      provisioner: {
        type: "local-exec",
        ...this.#run(hostName, () => this.#applyWords(hostName, window), lateAddress),
      },
      ...after([...dependsOn, ...teardown]),
    });
  }

  /**
   * What tears a host down is a resource of its own, whose triggers never change: a destroy-time provisioner also runs
   * before a replacement, and would open the host for that time.
   */
  #addTeardown(host: string): TerraformResource {
    this.#teardowns ??= new Construct(this, "_teardown");
    return createTrigger(this.trigger, this.#teardowns, host, {
      triggers: { host },
      provisioner: { type: "local-exec", when: "destroy", ...this.#run(host, () => ["teardown"]) },
      ...after(this.#props.dependsOn ?? []),
    });
  }

  #triggersOf({ hostName: host, target, lateAddress }: Host): Record<string, string> {
    // Before the aspects, Terraform's elements are resolved once in vain: policies may still change then.
    const late = (produce: () => string) =>
      Lazy.stringValue({ produce: ({ preparing }) => (preparing ? "" : asLiteral(produce())) });
    const { address, port } = target;
    // Another machine under the old name has none of the rules: it is deployed to anew.
    const at = port === undefined ? address : `${address} port ${port}`;
    const base = {
      host,
      address: lateAddress ?? asLiteral(at),
      generation: late(() => this.#bundles.generationOf(host)),
    };
    switch (this.#props.planDetail ?? "policy") {
      case "policy":
        // Terraform parses what stands in the JSON as templates, several times, and slower the more lines it has: with the
        // words themselves there, a plan of 100 hosts of 200 rules took 16 times the CPU time.
        return { ...base, policy: Fn.chomp(Fn.file(`hosts/${host}/${WORDS_FILE}`)) };
      case "ruleset":
        return { ...base, policy: late(() => this.#bundles.rulesetOf(host).join("\n")) };
      case "digest":
        return base;
    }
  }

  /** Terraform gives the command to the interpreter as its last argument. No shell takes part. */
  #run(host: string, words: () => readonly string[], address?: string): { interpreter: string[]; command: string } {
    // Terraform puts in an address that only it knows.
    const where = address === undefined ? [] : ["--address", address];
    const literal = () => [...this.#command(), ...words()].map(asLiteral);
    const produce = ({ preparing }: { preparing?: boolean }) =>
      preparing === true ? [] : [...literal(), ...where, "--bundle"];
    return { interpreter: Lazy.listValue({ produce }), command: `hosts/${host}` };
  }

  /** A saved plan holds the command, and not the bundle: a later synth may have written another one. */
  #applyWords(host: string, window: readonly string[]): string[] {
    return ["apply", ...window, "--generation", this.#bundles.generationOf(host)];
  }

  #command(): readonly string[] {
    return this.#props.command ?? ownCommand(this.#bundles.folder);
  }
}

/** An empty list would stand in the JSON. */
function after(dependsOn: readonly ITerraformDependable[]): { dependsOn?: ITerraformDependable[] } {
  return dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] };
}

const deploymentsOf = new WeakMap<Fleet, readonly FleetDeployment[]>();

function isDeployment(part: Part): part is FleetDeployment {
  return part instanceof FleetDeployment;
}
