import type { Construct } from "constructs";
import { readAddressesOf, readAddressText } from "../lib/model/address-text";
import { isEmptyAddress, joinAddresses, type AddressPolicy } from "../lib/model/addresses";
import type { CountryCode } from "../lib/model/country-codes";
import { explainValue } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import { objectName } from "../lib/model/names";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { readMembers } from "./address-members";
import { ADDRESS, declareOn, isAddress } from "./declared-addresses";
import { PolicyConstruct } from "./policy-construct";

/** A country as an address: `country:DE`. */
export type CountryAddress = `country:${CountryCode}`;

export interface AddressProps {
  /** IPv4 hosts and networks in CIDR notation, such as `203.0.113.0/24`. @default none: no IPv4 packet matches */
  readonly v4?: string | readonly string[] | undefined;
  /** IPv6 hosts and networks in CIDR notation, such as `2001:db8::/32`. @default none: no IPv6 packet matches */
  readonly v6?: string | readonly string[] | undefined;
  /**
   * What the address unites: other addresses, their names, and hosts and networks of either family. What is named must
   * be declared before. @default none
   */
  readonly members?: readonly (Address | string)[] | undefined;
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
 * A group has other addresses as members:
 *
 * ```ts
 * const partners = new Address(fleet, "partners", { members: [office, "192.0.2.0/24", "2001:db8:2::/48"] });
 * ```
 *
 * A rule applies to a family only where the address has members of it. The id is the name that rules, plans and the
 * kernel's comments use. Declared on a fleet, every host of it can use the name; declared on a host, that one.
 */
export class Address extends PolicyConstruct {
  static isAddress(value: unknown): value is Address {
    return isAddress(value);
  }

  /**
   * All networks of a country, by its code of ISO 3166-1: wherever rules and `members` take addresses. The database that
   * tells them is a package of its own; docs/policy.md names it.
   *
   * ```ts
   * host.allow({ from: ext, to: host, source: Address.country("DE"), service: Service.SSH });
   * ```
   */
  static country(code: CountryCode): CountryAddress {
    return `country:${code}`;
  }

  /**
   * The networks of several countries.
   *
   * ```ts
   * host.drop({ from: ext, to: ALL, exceptSource: Address.countries("DE", "AT", "CH") });
   * const dach = new Address(fleet, "dach", { members: Address.countries("DE", "AT", "CH") });
   * ```
   */
  static countries(...codes: readonly CountryCode[]): readonly CountryAddress[] {
    return codes.map((code) => Address.country(code));
  }

  /** The name that rules use: the id. */
  readonly name: string;
  /** The members, each once, in their one spelling. */
  readonly policy: AddressPolicy;
  /** The name as a list of one, shared by all the rules that use it. @internal */
  readonly names: readonly string[];
  /** The addresses that it unites, and those that they unite. @internal */
  readonly members: readonly Address[];

  constructor(scope: Construct, id: string, props: AddressProps) {
    super(scope, id, { twice: "a mistake" });
    Object.defineProperty(this, ADDRESS, { value: true });
    this.name = String(id);
    this.names = Object.freeze([this.name]);
    this.#checkName();
    const own = { v4: this.#read(4, props.v4), v6: this.#read(6, props.v6) };
    const group = readMembers(this.#membersOf(props.members ?? []), scope);
    for (const mistake of group.mistakes) this.report(mistake);
    this.members = group.addresses;
    const { v4, v6, countries } = joinAddresses([own, group.policy]);
    this.policy = Object.freeze({
      v4: Object.freeze(v4),
      v6: Object.freeze(v6),
      ...(countries && { countries: Object.freeze(countries) }),
    });
    // Now only: a name among its own members is another address, further up.
    declareOn(scope, this);
    // A member that is empty has a finding of its own.
    if (isEmptyAddress(this.policy) && this.ownFindings().length === 0 && this.members.length === 0) {
      this.report({
        problem: `the address ${show(this.name)} is empty`,
        allowed: "at least one host or network in `v4`, `v6` or `members`",
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

  #membersOf(given: unknown): readonly unknown[] {
    if (Array.isArray(given)) return given;
    this.report({ problem: `\`members\` may not be ${show(given)}`, allowed: "a list of addresses" });
    return [];
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
    return addresses;
  }
}
