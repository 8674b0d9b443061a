import type { Construct, IConstruct } from "constructs";
import { readAddressesOf, readAddressText } from "../lib/model/address-text";
import type { AddressPolicy } from "../lib/model/addresses";
import { explainValue } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import { objectName } from "../lib/model/names";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { PolicyConstruct } from "./policy-construct";

const ADDRESS = Symbol.for("cdkfw/Address");

export interface AddressProps {
  /** IPv4 hosts and networks in CIDR notation, such as `203.0.113.0/24`. @default none: no IPv4 packet matches */
  readonly v4?: string | readonly string[] | undefined;
  /** IPv6 hosts and networks in CIDR notation, such as `2001:db8::/32`. @default none: no IPv6 packet matches */
  readonly v6?: string | readonly string[] | undefined;
}

/**
 * Addresses of both families under one name.
 *
 * ```ts
 * const office = new Address(fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:1::/48" });
 * host.allow({ from: ext, to: host, source: office, service: Service.SSH });
 * host.allow({ from: ext, to: host, source: "office", service: "ssh" }); // the same, by name
 * ```
 *
 * A rule applies to a family only where the address has members of it. The id is the name that rules, plans and the
 * kernel's comments use. Declared on a fleet, every host of it can use the name; declared on a host, that one.
 */
export class Address extends PolicyConstruct {
  static isAddress(value: unknown): value is Address {
    return typeof value === "object" && value !== null && ADDRESS in value;
  }

  /** The addresses that are declared on a construct itself, by their names. @internal */
  static declaredOn(scope: IConstruct): ReadonlyMap<string, Address> {
    return declared.get(scope) ?? NONE;
  }

  /** The name that rules use: the id. */
  readonly name: string;
  /** The members, each once, in their one spelling. */
  readonly policy: AddressPolicy;
  /** The name as a list of one, shared by all the rules that use it. @internal */
  readonly names: readonly string[];

  constructor(scope: Construct, id: string, props: AddressProps) {
    super(scope, id, { twice: "a mistake" });
    Object.defineProperty(this, ADDRESS, { value: true });
    this.name = String(id);
    this.names = Object.freeze([this.name]);
    this.#checkName();
    declareOn(scope, this);
    this.policy = Object.freeze({ v4: this.#read(4, props.v4), v6: this.#read(6, props.v6) });
    if (this.policy.v4.length + this.policy.v6.length === 0 && this.ownFindings().length === 0) {
      this.report({
        problem: `the address ${show(this.name)} is empty`,
        allowed: "at least one host or network in `v4` or `v6`",
        fix: "leave the source or destination of a rule out to match any address",
      });
    }
  }

  #checkName(): void {
    if (holdsToken(this.name)) return;
    const mistake = explainValue(objectName, this.name, "name for an address");
    if (mistake !== undefined) this.report(mistake);
    else if (readAddressText(this.name) !== undefined) {
      this.report({
        problem: `the name ${show(this.name)} looks like an address`,
        fix: "name it by what it stands for",
      });
    }
  }

  #read(family: 4 | 6, given: string | readonly string[] | undefined): readonly string[] {
    const texts = given === undefined ? [] : Array.isArray(given) ? given : [given];
    const token = texts.find(holdsToken);
    if (token !== undefined) this.report({ problem: `${show(token)} is an unresolved token`, fix: TOKEN_FIX });
    const { addresses, mistakes } = readAddressesOf(
      family,
      texts.filter((text) => !holdsToken(text)),
    );
    for (const mistake of mistakes) this.report(mistake);
    return Object.freeze(addresses);
  }
}

const NONE: ReadonlyMap<string, Address> = new Map();
const declared = new WeakMap<IConstruct, Map<string, Address>>();

function declareOn(scope: IConstruct, address: Address): void {
  const siblings = declared.get(scope) ?? new Map<string, Address>();
  if (!siblings.has(address.name)) siblings.set(address.name, address);
  declared.set(scope, siblings);
}
