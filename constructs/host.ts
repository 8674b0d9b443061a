import { resolve } from "node:path";
import type { Construct } from "constructs";
import { backend, DEFAULT_BACKEND, type Backend } from "../lib/model/backend";
import { checkPolicy } from "../lib/model/check-policy";
import { DOCKER_INTERFACES } from "../lib/model/containers";
import { explainIssues, explainValue, type Mistake } from "../lib/model/explain-issues";
import type { FindingCode } from "../lib/model/finding-codes";
import { nearestName, show, type Finding } from "../lib/model/findings";
import { hopTo } from "../lib/model/inventory-jumps";
import type { Json } from "../lib/model/inventory-node";
import { POLICY_FORMAT, type HostPolicy } from "../lib/model/policy";
import { SERVICE_LIBRARY } from "../lib/model/service-library";
import { hostName, sshTarget, type JumpHop, type SshTarget } from "../lib/model/target";
import { filesOf } from "../lib/model/target-files";
import { holdsToken } from "../lib/model/token";
import { UserError } from "../lib/model/user-error";
import { Container, type ContainerLike } from "./container";
import type { ContainerRules } from "./container-rules";
import { addressNamesFor } from "./declared-addresses";
import { Endpoints } from "./endpoints";
import type { ExpectProps, Expecting, PacketProps } from "./expectation";
import { ExpectationList } from "./expectation-list";
import { Fleet } from "./fleet";
import type { ForwardProps } from "./forward";
import type { HostProps } from "./host-props";
import { ReviewSettings, reviewOf } from "./host-review";
import { PolicyConstruct } from "./policy-construct";
import type { NatRuleProps, RuleProps, RuleWithActionProps } from "./rule";
import { RuleList } from "./rule-list";
import { UsedAddresses } from "./used-addresses";
import { UsedServices } from "./used-services";
import { Zone, type ContainerZoneProps, type ZoneProps } from "./zone";

const HOST = Symbol.for("cdkfw/Host");

/**
 * A Linux host and its firewall: zones of interfaces, and one list of rules and port forwards of which the first that
 * matches decides.
 *
 * ```ts
 * const host = new Host(fleet, "web-1", { address: "203.0.113.11", user: "admin" });
 * const ext = host.addZone("ext", { interfaces: ["eth0"] });
 * host.allow({ from: ext, to: host, source: "203.0.113.0/24", service: Service.SSH });
 * host.forward({ from: ext, service: Service.HTTPS, to: "10.0.0.5" });
 * host.reject({ from: ext, to: ALL });
 * ```
 */
export class Host extends PolicyConstruct {
  static isHost(value: unknown): value is Host {
    return typeof value === "object" && value !== null && HOST in value;
  }

  /** The name that commands, bundles and plans use. */
  readonly hostName: string;
  readonly groups: readonly string[];
  readonly variables: Readonly<Record<string, Json>>;
  readonly backend: Backend;
  readonly install: boolean | undefined;
  /** How the deployer reaches it. */
  readonly target: SshTarget;
  /** An address that only Terraform knows, as a token; `target` then has the host's name in its place. @internal */
  readonly lateAddress: string | undefined;
  readonly #fleet: Fleet | undefined;
  readonly #invalid: HostPolicy["invalid"];
  readonly #zones: Zone[] = [];
  readonly #addresses: UsedAddresses;
  readonly #services: UsedServices;
  readonly #rules: RuleList;
  readonly #expectations: ExpectationList;
  readonly #review: ReviewSettings;

  constructor(scope: Construct, id: string, props: HostProps = {}) {
    super(scope, id, { twice: "a mistake" });
    Object.defineProperty(this, HOST, { value: true });
    this.hostName = props.name ?? String(id);
    this.groups = props.groups ?? [];
    this.variables = props.variables ?? {};
    this.#fleet = Fleet.of(this);
    this.#addresses = new UsedAddresses(this, this.#fleet?.addressTexts ?? new Map());
    this.#services = new UsedServices(this.#fleet?.services ?? new Map(), this.#fleet?.serviceTexts ?? new Map());
    const endpoints = new Endpoints(this);
    this.#rules = new RuleList(this, this.#addresses, this.#services, endpoints);
    this.#expectations = new ExpectationList(this, {
      addresses: this.#addresses,
      services: this.#services,
      endpoints,
    });
    this.#review = new ReviewSettings(props);
    const mistake = holdsToken(id) ? undefined : explainValue(hostName, this.hostName, "name for a host");
    if (mistake !== undefined) this.report(mistake);
    this.backend = this.#backendOf(props.backend);
    this.install = this.#installOf(props.install ?? this.#fleet?.install);
    this.#invalid = this.#invalidOf(props.invalid);
    this.lateAddress = holdsToken(props.address) ? props.address : undefined;
    this.target = this.#targetOf(props);
    if (this.#fleet === undefined) {
      this.report({ problem: "the host is in no fleet", fix: "create it in the scope of a `Fleet`" });
    }
    this.#fleet?.adoptHost(this);
  }

  get zones(): readonly Zone[] {
    return this.#zones;
  }

  /** Adds a zone: all that comes in and goes out by these interfaces. Its name is unique on the host. */
  addZone(name: string, props: ZoneProps): Zone {
    return new Zone(this, name, props);
  }

  /**
   * Adds a zone of Docker's containers. They get what the entries open, from outside, among themselves and towards the
   * host, and nothing more.
   */
  addContainerZone(name: string, props: ContainerZoneProps = {}): Zone {
    const { open = false, interfaces = DOCKER_INTERFACES, ...rest } = props;
    return new Zone(this, name, { ...rest, interfaces }, open ? "open" : "closed");
  }

  /** A container, or all that have a label, as a side of rules: see `Container`. */
  container(given: ContainerLike): Container {
    return new Container(this, given);
  }

  /**
   * The zone of that name.
   * @throws UserError `unknown-zone` where the host has none
   */
  zone(name: string): Zone {
    const found = this.#zones.find((zone) => zone.name === name);
    if (found !== undefined) return found;
    const names = this.#zones.map((zone) => zone.name);
    const near = nearestName(name, names);
    throw new UserError(
      "unknown-zone",
      `${show(name)} is no zone of ${show(this.hostName)}; known so far: ${names.map(show).join(", ") || "none"}`,
      near === undefined ? "Add the zone before it is asked for." : `Did you mean \`${near}\`?`,
    );
  }

  /** Lets packets pass. */
  allow(props: RuleProps): void {
    this.#rules.add("accept", props);
  }

  /** Lets packets pass, and gives those that leave the host its own address (masquerading), or the one of `snat`. */
  allowNat(props: NatRuleProps): void {
    this.#rules.add("accept+nat", props);
  }

  /** Refuses with an answer: a TCP reset, or ICMP's port unreachable and host unreachable. */
  reject(props: RuleProps): void {
    this.#rules.add("reject", props);
  }

  /** Refuses without a word. */
  drop(props: RuleProps): void {
    this.#rules.add("drop", props);
  }

  /** Sends what is addressed to this host to a machine behind it, and lets it through. */
  forward(props: ForwardProps): void {
    this.#rules.addForward(props);
  }

  /** Adds a rule whose action is a value. */
  addRule(props: RuleWithActionProps): void {
    this.#rules.add(props.action, props);
  }

  /** Adds all rules of a file, at this place of the list. */
  addRules({ rules }: ContainerRules): void {
    for (const { does, props, place } of rules) {
      if (does === "forward") this.#rules.addForward(props as unknown as ForwardProps, place);
      else this.#rules.add(does, props as unknown as RuleProps, place);
    }
  }

  /** Names packets of which all must be accepted, or all refused: held against the rules at every synth. */
  expect(props: ExpectProps): Expecting {
    return this.#expectations.add(props);
  }

  /**
   * What packets are meant, for those who ask without expecting.
   * @throws FindingsError `invalid-question`
   * @internal
   */
  readQuestion(props: PacketProps) {
    return this.#expectations.read(props);
  }

  /** Takes findings of a code about this host as known and meant; the reason is kept. */
  silence(code: FindingCode, reason: string): void {
    const mistakes: Mistake[] = [];
    this.#review.silence(code, reason, mistakes);
    for (const mistake of mistakes) this.report(mistake);
  }

  /**
   * The host's firewall as plain data. Where there are findings, it holds what could be understood: ask the fleet for
   * policies that are whole.
   * @internal
   */
  policy(): HostPolicy {
    const { review } = this.#reviewed();
    const countryDatabase = this.#fleet?.countryDatabase;
    return {
      format: POLICY_FORMAT,
      host: this.hostName,
      path: this.node.path,
      ...(this.groups.length > 0 && { groups: this.groups }),
      backend: this.backend,
      ...(this.install !== undefined && { install: this.install }),
      target: this.target,
      zones: this.#zones.map((zone) => zone.policy),
      addresses: this.#addresses.resolve().policies,
      services: this.#services.policies(),
      entries: [...this.#rules.entries],
      ...(this.#invalid !== undefined && { invalid: this.#invalid }),
      ...(review !== undefined && { review }),
      ...(countryDatabase !== undefined && { countryDatabase }),
    };
  }

  /** @internal */
  override ownFindings(): readonly Finding[] {
    return [
      ...super.ownFindings(),
      ...this.#rules.findings,
      ...this.#expectations.findings,
      ...this.#reviewed().mistakes.map((mistake) => ({ ...mistake, origin: this.origin })),
      ...this.#addresses.resolve().conflicts,
      ...checkPolicy(this.policy(), {
        addresses: addressNamesFor(this),
        services: [...(this.#fleet?.services.keys() ?? []), ...Object.keys(SERVICE_LIBRARY)],
        today: this.#fleet?.today,
      }),
    ];
  }

  /** @internal */
  adoptZone(zone: Zone): void {
    this.#zones.push(zone);
  }

  /** What the rules use of what is declared elsewhere. @internal */
  get uses() {
    return { addresses: this.#addresses.resolve().addresses, services: this.#services.objects() };
  }

  #reviewed() {
    return reviewOf(this, [this.#review, this.#fleet?.review], this.#expectations.expectations);
  }

  #backendOf(given: Backend | undefined): Backend {
    const wanted = given ?? this.#fleet?.backend ?? DEFAULT_BACKEND;
    const mistake = explainValue(backend, wanted, "backend");
    if (mistake !== undefined) this.report(mistake);
    return wanted;
  }

  #installOf(given: boolean | undefined): boolean | undefined {
    if (given === undefined || typeof given === "boolean") return given;
    this.report({ problem: `\`install\` may not be ${show(given)}`, allowed: "`true`, `false`" });
    return undefined;
  }

  #invalidOf(given: HostPolicy["invalid"]): HostPolicy["invalid"] {
    if (given === undefined || given === "drop" || given === "ignore") return given;
    this.report({ problem: `\`invalid\` may not be ${show(given)}`, allowed: "`drop`, `ignore`" });
    return undefined;
  }

  /** A host of the inventory is passed as that host is reached. */
  #hopOf(hop: string | JumpHop): JumpHop {
    if (typeof hop !== "string") return hop;
    const node = this.#fleet?.inventory.hosts.find((one) => one.name === hop);
    return node === undefined ? { address: hop } : hopTo(node);
  }

  #targetOf(props: HostProps): SshTarget {
    const target = withoutUndefined({
      address: this.lateAddress === undefined ? (props.address ?? this.hostName) : this.hostName,
      port: props.port,
      user: props.user,
      identityFiles: props.identityFiles,
      knownHostsFiles: props.knownHostsFiles,
      hostKeys: props.hostKeys,
      jump: props.jump?.map((hop) => this.#hopOf(hop)),
      sudo: props.sudo,
      connectTimeout: props.connectTimeout,
    });
    const result = sshTarget.safeParse(target);
    if (result.success) return filesOf(result.data, (file) => resolve(file));
    for (const { path, problem, allowed = "" } of explainIssues(sshTarget, target, result.error.issues)) {
      // The name has a finding of its own, where it stands in for the address.
      if (path[0] !== "address" || props.address !== undefined) this.report({ problem, allowed });
    }
    return { address: this.hostName };
  }
}

function withoutUndefined(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
