import { explainValue } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import { readProtocol } from "../lib/model/ip-protocols";
import { interfaceName } from "../lib/model/names";
import type { InterfacePolicy } from "../lib/model/policy";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { PolicyConstruct } from "./policy-construct";
import type { Zone } from "./zone";

export interface InterfaceProps {
  /** The name that the kernel gives it, such as `eth0`: at most 15 characters. `br-*` means all that begin so. */
  readonly name: string;
  /** Whether the host gets its address on it by DHCP, whose answers are then let in. @default false */
  readonly dhcp?: boolean | undefined;
  /**
   * IP protocols that the host itself accepts on it from everybody, for tunnels and routing: names such as `"gre"`,
   * `"esp"`, `"ospf"`, `"vrrp"`, or IANA's numbers from 1 to 255. @default none
   */
  readonly protocols?: readonly (string | number)[] | undefined;
}

/**
 * A network interface of a host, in one of its zones.
 *
 * ```ts
 * const ext = host.addZone("ext", { interfaces: [{ name: "eth0", dhcp: true }] });
 * ext.addInterface("eth1");
 * ext.addInterface({ name: "eth2", protocols: ["gre", "ospf"] });
 * ```
 */
export class Interface extends PolicyConstruct {
  readonly name: string;
  /** Whether the host gets its address on it by DHCP. */
  readonly dhcp: boolean;
  /** The numbers of the IP protocols that the host accepts on it, in ascending order. */
  readonly protocols: readonly number[];

  constructor(scope: Zone, props: InterfaceProps) {
    const name = props?.name;
    super(scope, String(name), { twice: "told elsewhere" });
    this.name = String(name);
    this.dhcp = props?.dhcp ?? false;
    const mistake = holdsToken(name) ? undefined : explainValue(interfaceName, name, "name for an interface");
    if (mistake !== undefined) this.report(mistake);
    if (typeof this.dhcp !== "boolean") {
      this.report({ problem: `\`dhcp\` may not be ${show(this.dhcp)}`, allowed: "`true` or `false`" });
    }
    this.protocols = this.#protocolsOf(props?.protocols ?? []);
  }

  /** @internal */
  get policy(): InterfacePolicy {
    return {
      name: this.name,
      dhcp: this.dhcp,
      ...(this.protocols.length > 0 && { protocols: this.protocols }),
      origin: this.origin,
    };
  }

  #protocolsOf(given: unknown): readonly number[] {
    if (!Array.isArray(given)) {
      this.report({ problem: `\`protocols\` may not be ${show(given)}`, allowed: 'a list, such as `["gre", "ospf"]`' });
      return [];
    }
    const numbers = new Set<number>();
    for (const one of given as readonly unknown[]) {
      const read = readProtocol(one);
      if (typeof read === "number") numbers.add(read);
      else this.report(holdsToken(one) ? { ...read, fix: TOKEN_FIX } : read);
    }
    return Object.freeze([...numbers].sort((a, b) => a - b));
  }
}
