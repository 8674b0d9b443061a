import { explainValue, type Mistake } from "../lib/model/explain-issues";
import type { FindingCode, Silences } from "../lib/model/finding-codes";
import { show } from "../lib/model/findings";
import { zoneName } from "../lib/model/names";
import type { Endpoint, ZonePolicy } from "../lib/model/policy";
import { readSilence } from "../lib/model/read-silence";
import { holdsToken } from "../lib/model/token";
import type { Host } from "./host";
import { Interface, type InterfaceProps } from "./interface";
import { PolicyConstruct } from "./policy-construct";

const ZONE = Symbol.for("cdkfw/Zone");
const DEFAULTS: readonly string[] = ["accept", "reject", "drop"];

export interface ZoneProps {
  /** The interfaces that the zone is made of: names, or names with their properties. At least one. */
  readonly interfaces: readonly (string | InterfaceProps)[];
  /**
   * What becomes of packets from this zone that no entry decides. ICMP is accepted before that, as everywhere, unless a
   * rule for all services refuses it. @default `"reject"`
   */
  readonly default?: "accept" | "reject" | "drop" | undefined;
}

export interface ContainerZoneProps {
  /** The bridges of Docker's networks. @default `docker0` and `br-*`, as Docker names them by itself */
  readonly interfaces?: readonly (string | InterfaceProps)[];
  /** Whether what no entry decides is left to Docker, instead of being refused. @default false */
  readonly open?: boolean | undefined;
  /** What becomes of packets from containers that no entry decides; for a zone that is not open. @default `"reject"` */
  readonly default?: "accept" | "reject" | "drop" | undefined;
}

/**
 * A part of the world, as one host sees it: all that comes in and goes out by some of its interfaces.
 *
 * ```ts
 * const ext = host.addZone("ext", { interfaces: ["eth0"] });
 * const lan = host.addZone("lan", { interfaces: ["eth1", { name: "eth2", dhcp: true }, "br-*"], default: "drop" });
 * host.allowNat({ from: lan, to: ext });
 * ```
 */
export class Zone extends PolicyConstruct {
  static isZone(value: unknown): value is Zone {
    return typeof value === "object" && value !== null && ZONE in value;
  }

  /** The name that rules use: the id. */
  readonly name: string;
  /** The host that the zone belongs to; rules of other hosts can not use it. */
  readonly host: Host;
  /** The side of a rule that this zone is. @internal */
  readonly endpoint: Endpoint;
  readonly #interfaces: Interface[] = [];
  readonly #default: ZonePolicy["default"];
  #silence: Silences = {};
  readonly #containers: ZonePolicy["containers"];

  /** @param containers of a zone of containers, made by `addContainerZone` */
  constructor(scope: Host, id: string, props: ZoneProps, containers?: ZonePolicy["containers"]) {
    super(scope, id, { twice: "told elsewhere" });
    Object.defineProperty(this, ZONE, { value: true });
    this.name = String(id);
    this.host = scope;
    this.#containers = containers;
    this.endpoint = Object.freeze({ kind: "zone", name: this.name });
    const mistake = holdsToken(id) ? undefined : explainValue(zoneName, id, "name for a zone");
    if (mistake !== undefined) this.report(mistake);
    if (props.default === undefined || DEFAULTS.includes(props.default)) this.#default = props.default;
    else
      this.report({ problem: `\`default\` may not be ${show(props.default)}`, allowed: DEFAULTS.map(show).join(", ") });
    const given: readonly (string | InterfaceProps)[] = Array.isArray(props.interfaces) ? props.interfaces : [];
    if (given.length === 0) {
      this.report({
        problem: `the zone ${show(this.name)} has no interface`,
        allowed: 'a list of one or more, such as `interfaces: ["eth0"]`',
      });
    }
    for (const one of given) this.addInterface(one);
    scope.adoptZone(this);
  }

  /** Adds an interface to the zone. */
  addInterface(props: string | InterfaceProps): Interface {
    const one = new Interface(this, typeof props === "string" ? { name: props } : props);
    this.#interfaces.push(one);
    return one;
  }

  /** Takes findings of a code about what comes from this zone as known and meant; the reason is kept. */
  silence(code: FindingCode, reason: string): void {
    const mistakes: Mistake[] = [];
    this.#silence = { ...this.#silence, ...readSilence({ [code]: reason }, mistakes) };
    for (const mistake of mistakes) this.report(mistake);
  }

  get interfaces(): readonly Interface[] {
    return this.#interfaces;
  }

  /** @internal */
  get policy(): ZonePolicy {
    return {
      name: this.name,
      interfaces: this.#interfaces.map((one) => one.policy),
      ...(this.#default !== undefined && { default: this.#default }),
      ...(Object.keys(this.#silence).length > 0 && { silence: this.#silence }),
      ...(this.#containers !== undefined && { containers: this.#containers }),
      origin: this.origin,
    };
  }
}
