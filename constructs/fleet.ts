import type { Construct, IConstruct } from "constructs";
import { DEFAULT_BACKEND, type Backend } from "../lib/model/backend";
import { day } from "../lib/model/conditions";
import { countryDatabaseFrom, countryDatabaseName } from "../lib/model/country-database";
import { explainIssues, explainValue, type Mistake } from "../lib/model/explain-issues";
import type { FindingCode } from "../lib/model/finding-codes";
import { errorsAmong, printFinding, show, type Finding } from "../lib/model/findings";
import { FindingsError } from "../lib/model/findings-error";
import { printOrigin, type Origin } from "../lib/model/origin";
import type { HostPolicy } from "../lib/model/policy";
import { rollout, type Rollout, type RolloutSettings } from "../lib/model/rollout";
import { unknownNamesOf } from "../lib/model/rollout-names";
import type { Address } from "./address";
import type { Host } from "./host";
import { ReviewSettings, type ManagementProps } from "./host-review";
import { Inventory } from "./inventory";
import { callerPlace } from "./origin";
import { PolicyConstruct } from "./policy-construct";
import type { ServiceLike } from "./rule";
import type { Service } from "./service";
import type { AddressTexts } from "./used-addresses";
import { UsedServices, type ServiceTexts } from "./used-services";

const FLEET = Symbol.for("cdkfw/Fleet");

export interface FleetProps extends ManagementProps {
  /** The machines. @default an empty one: hosts are described in the program */
  readonly inventory?: Inventory | undefined;
  /** The kernel's interface that rules are made for, where a host does not say otherwise. @default `nftables` */
  readonly backend?: Backend | undefined;
  /**
   * Whether a deployment installs what the backend needs and a host lacks, by the host's package manager, where a host
   * does not say otherwise. @default false: what to install is told
   */
  readonly install?: boolean | undefined;
  /** Services that rules can name as text, before those of the library. @default none */
  readonly services?: readonly Service[] | undefined;
  /**
   * The day of this synth, such as `"2026-11-22"`: it is told which entries have expired, and which soon will. It is
   * given, since the same source must make the same rules on every day. @default that of the command, else none
   */
  readonly today?: string | undefined;
  /**
   * Where the networks of countries are read: an npm package that the project has installed, or a folder (`./…`) with the
   * same two files. Read only where a policy names a country. @default `@ip-location-db/asn-country`
   */
  readonly countryDatabase?: string | undefined;
}

export interface PrivateProps {
  /** Names of zones in which the services may be open to everybody. @default none */
  readonly within?: readonly string[] | undefined;
}

/**
 * Hosts whose firewalls are described, checked and deployed together.
 *
 * ```ts
 * const fleet = new Fleet(stack, "fleet", { inventory: Inventory.fromFile("inventory.yaml") });
 * for (const node of fleet.inventory.group("web")) new Host(fleet, node.name, node);
 * ```
 */
export class Fleet extends PolicyConstruct {
  static isFleet(value: unknown): value is Fleet {
    return typeof value === "object" && value !== null && FLEET in value;
  }

  /** The fleet in whose scope a construct is. */
  static of(construct: IConstruct): Fleet | undefined {
    return construct.node.scopes.reverse().find(Fleet.isFleet);
  }

  /** The fleets at and below a construct, in the order of the tree. */
  static allIn(root: IConstruct): Fleet[] {
    return root.node.findAll().filter(Fleet.isFleet);
  }

  readonly inventory: Inventory;
  readonly backend: Backend;
  readonly install: boolean | undefined;
  /** The day of this synth, where it is known. */
  readonly today: string | undefined;
  /** Where the networks of countries are read, where it is not the usual place. */
  readonly countryDatabase: string | undefined;
  /** The services that rules of this fleet can name, beside those of the library. */
  readonly services: ReadonlyMap<string, Service>;
  /** @internal */
  readonly addressTexts: AddressTexts = new Map();
  /** @internal */
  readonly serviceTexts: ServiceTexts = new Map();
  /** What holds for all hosts. @internal */
  readonly review: ReviewSettings;
  readonly #hosts: Host[] = [];
  readonly #hostNames = new Map<string, Host>();
  #rollout: Rollout | undefined;

  constructor(scope: Construct, id: string, props: FleetProps = {}) {
    super(scope, id, { twice: "a mistake" });
    Object.defineProperty(this, FLEET, { value: true });
    this.inventory = props.inventory ?? Inventory.EMPTY;
    this.backend = props.backend ?? DEFAULT_BACKEND;
    this.install = props.install;
    this.services = this.#byName(props.services ?? []);
    const mistake = props.today === undefined ? undefined : explainValue(day, props.today, "day");
    if (mistake !== undefined) this.report(mistake);
    this.today = mistake === undefined ? props.today : undefined;
    this.review = new ReviewSettings(props);
    this.countryDatabase = this.#databaseOf(props.countryDatabase);
  }

  /**
   * Names services that must not be open to the world on any host: a synth fails where one is.
   *
   * ```ts
   * fleet.private(Service.REDIS, { within: ["lan"] }); // in the zone lan, everybody may
   * fleet.private(["postgresql", "tcp/9200"]);
   * ```
   */
  private(services: ServiceLike | readonly ServiceLike[], props: PrivateProps = {}): void {
    const mistakes: Mistake[] = [];
    const { within = [] } = props;
    const origin: Origin = { path: this.node.path, ...callerPlace() };
    const used = new UsedServices(this.services, this.serviceTexts);
    for (const service of used.matchesOf(services, mistakes)) this.review.private.push({ service, within, origin });
    for (const mistake of mistakes) this.report(mistake, origin);
  }

  /** Takes findings of a code about any host as known and meant; the reason is kept. */
  silence(code: FindingCode, reason: string): void {
    const mistakes: Mistake[] = [];
    this.review.silence(code, reason, mistakes);
    for (const mistake of mistakes) this.report(mistake);
  }

  /** The hosts, in the order of declaration. */
  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  /**
   * Says in which steps the fleet is deployed, and when that stops: by `cdkfw deploy`, and by `cdktf deploy`.
   *
   * ```ts
   * fleet.rollout({ canary: 1, waves: "25%", maxFailures: 0, pause: "30s" });
   * ```
   *
   * It goes before the `rollout` of the inventory. Without either all hosts are deployed to side by side, and a failure
   * stops nobody else.
   */
  rollout(settings: RolloutSettings): void {
    if (this.#rollout !== undefined) {
      this.report({ problem: "the fleet has two rollouts", fix: "join them to one" });
      return;
    }
    const result = rollout.safeParse(settings);
    if (result.success) this.#rollout = result.data;
    for (const { problem, allowed, fix } of explainIssues(rollout, settings, result.error?.issues ?? [], ["rollout"])) {
      this.report({ problem, ...(allowed !== undefined && { allowed }), ...(fix !== undefined && { fix }) });
    }
  }

  /** How the fleet is deployed, where it says so. @internal */
  get rolloutPlan(): Rollout | undefined {
    return this.#rollout ?? this.inventory.rollout;
  }

  /**
   * The firewalls of all hosts as plain data, in the order of declaration.
   * @throws FindingsError `invalid-fleet` with all findings, where there are any
   */
  policies(): readonly HostPolicy[] {
    const findings = errorsAmong(this.findings());
    if (findings.length > 0) throw new FindingsError("invalid-fleet", `the fleet ${show(this.node.path)}`, findings);
    return this.#hosts.map((host) => host.policy());
  }

  /**
   * The firewall of one of them, without a look at the others.
   * @throws FindingsError `invalid-fleet` with all findings, where this host or what it uses has some
   * @internal
   */
  policyOf(host: Host): HostPolicy {
    const parts = host.node.findAll().filter((one) => one instanceof PolicyConstruct);
    const { addresses, services } = host.uses;
    const findings = [...new Set([...parts, ...addresses])].flatMap((one) => one.ownFindings());
    if (errorsAmong(findings).length > 0 || [...services].some(({ isValid }) => !isValid)) this.policies();
    return host.policy();
  }

  /** All that is wrong with the fleet: with itself, its addresses, services and hosts, and with all that they use. */
  findings(): readonly Finding[] {
    const declared = new Set(this.node.findAll().filter((one) => one instanceof PolicyConstruct));
    const used = [...this.#usedAddresses()].filter((address) => !declared.has(address));
    const ofRoot = new Set(this.#strangers());
    return [...declared, ...used.filter((address) => !ofRoot.has(address))].flatMap((one) => one.ownFindings());
  }

  /** @internal */
  override ownFindings(): readonly Finding[] {
    return [
      ...super.ownFindings(),
      ...unknownNamesOf(
        this.rolloutPlan,
        this.#hosts.map(({ hostName: name, groups }) => ({ name, groups })),
      ).map((mistake) => ({ ...mistake, origin: this.origin })),
      ...this.#findingsOfServices(),
      ...this.#strangers().flatMap((address) => address.ownFindings()),
    ];
  }

  /** @internal */
  adoptHost(host: Host): void {
    this.#hosts.push(host);
    const key = host.hostName.toLowerCase();
    const first = this.#hostNames.get(key);
    if (first === undefined) this.#hostNames.set(key, host);
    else if (!host.isSecond) {
      host.report({
        problem: `the fleet has two hosts named ${show(host.hostName)}, the first one at ${printOrigin(first.origin)}`,
        fix: "give one of the two another name",
      });
    }
  }

  #databaseOf(given: string | undefined): string | undefined {
    const mistake = given === undefined ? undefined : explainValue(countryDatabaseName, given, "country database");
    if (mistake !== undefined) this.report(mistake);
    return given === undefined || mistake !== undefined ? undefined : countryDatabaseFrom(given, ".");
  }

  #byName(given: readonly Service[]): Map<string, Service> {
    const services = new Map<string, Service>();
    for (const service of given) {
      if (services.has(service.name)) {
        this.report({ problem: `the service ${show(service.name)} is declared twice`, fix: "rename one of the two" });
      } else services.set(service.name, service);
    }
    return services;
  }

  #usedAddresses(): Set<Address> {
    return new Set(this.#hosts.flatMap((host) => host.uses.addresses));
  }

  /** Addresses whose own validation a CDK engine does not run together with the fleet's: those of another stack, or of none. */
  #strangers(): Address[] {
    const stack = this.node.scopes[1];
    return [...this.#usedAddresses()].filter((address) => address.node.scopes[1] !== stack);
  }

  /** A service made in a loop over hosts is many objects, and one mistake. */
  #findingsOfServices(): Finding[] {
    const findings = [...this.#invalidServices()].flatMap((service) => service.findings(this.node.path));
    return [...new Map(findings.map((finding) => [printFinding(finding), finding])).values()];
  }

  #invalidServices(): Set<Service> {
    const invalid = new Set<Service>();
    const visit = (service: Service) => {
      if (service.isValid || invalid.has(service)) return;
      invalid.add(service);
      service.members.forEach(visit);
    };
    for (const service of this.services.values()) visit(service);
    for (const host of this.#hosts) host.uses.services.forEach(visit);
    return invalid;
  }
}
