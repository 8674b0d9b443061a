import { explainValue } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import { interfaceName } from "../lib/model/names";
import type { InterfacePolicy } from "../lib/model/policy";
import { holdsToken } from "../lib/model/token";
import { PolicyConstruct } from "./policy-construct";
import type { Zone } from "./zone";

export interface InterfaceProps {
  /** The name that the kernel gives it, such as `eth0`: at most 15 characters. */
  readonly name: string;
  /** Whether the host gets its address on it by DHCP, whose answers are then let in. @default false */
  readonly dhcp?: boolean | undefined;
}

/**
 * A network interface of a host, in one of its zones.
 *
 * ```ts
 * const ext = host.addZone("ext", { interfaces: [{ name: "eth0", dhcp: true }] });
 * ext.addInterface("eth1");
 * ```
 */
export class Interface extends PolicyConstruct {
  readonly name: string;
  /** Whether the host gets its address on it by DHCP. */
  readonly dhcp: boolean;

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
  }

  /** @internal */
  get policy(): InterfacePolicy {
    return { name: this.name, dhcp: this.dhcp, origin: this.origin };
  }
}
