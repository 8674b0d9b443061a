import type { IConstruct } from "constructs";
import { readAddressText, type LiteralAddress } from "../lib/model/address-text";
import type { AddressPolicy } from "../lib/model/addresses";
import type { Mistake } from "../lib/model/explain-issues";
import { show, type Finding } from "../lib/model/findings";
import { printOrigin, type Origin } from "../lib/model/origin";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { Address } from "./address";
import type { AddressLike } from "./rule";

const NONE: readonly string[] = Object.freeze([]);

/** What an address text was read as: shared by all hosts of a fleet. */
export type AddressTexts = Map<string, LiteralAddress | Mistake | undefined>;

/**
 * The addresses that one host's rules use, by the names that the policy gives them. Names that users wrote are looked
 * up when the policy is made, so that an address may be declared after the rule that names it.
 */
export class UsedAddresses {
  readonly #objects = new Map<string, Address>();
  readonly #literals = new Map<string, AddressPolicy>();
  readonly #named = new Set<string>();
  readonly #conflicts: Finding[] = [];

  constructor(
    private readonly user: IConstruct,
    private readonly texts: AddressTexts,
  ) {}

  /** The names under which the policy will have the addresses; what is none of them is reported and left out. */
  namesOf(
    given: AddressLike | readonly AddressLike[] | undefined,
    origin: Origin,
    mistakes: Mistake[],
  ): readonly string[] {
    if (given === undefined || given === "any") return NONE;
    if (Address.isAddress(given)) return this.#use(given, origin);
    const names = (Array.isArray(given) ? (given as readonly AddressLike[]) : [given as AddressLike]).flatMap((one) =>
      Address.isAddress(one) ? this.#use(one, origin) : this.#read(one, mistakes),
    );
    if (names.length === 0 && Array.isArray(given) && given.length === 0) {
      mistakes.push({
        problem: "an empty list of addresses matches nothing",
        fix: "leave the property out to match any address",
      });
    }
    return Object.freeze([...new Set(names)]);
  }

  #use(address: Address, origin: Origin): readonly string[] {
    const other = this.#objects.get(address.name);
    if (other === undefined) this.#objects.set(address.name, address);
    else if (other !== address && !isEqual(other, address)) this.#conflicts.push(conflict(other, address, origin));
    return address.names;
  }

  #read(text: unknown, mistakes: Mistake[]): readonly string[] {
    if (typeof text !== "string" || holdsToken(text)) {
      mistakes.push(
        holdsToken(text)
          ? { problem: `${show(text)} is an unresolved token`, fix: TOKEN_FIX }
          : { problem: `${show(text)} is no address`, allowed: "an `Address`, its name, or `203.0.113.0/24`" },
      );
      return NONE;
    }
    if (!this.texts.has(text)) this.texts.set(text, readAddressText(text));
    const read = this.texts.get(text);
    if (read === undefined) {
      this.#named.add(text);
      return [text];
    }
    if ("problem" in read) {
      mistakes.push(read);
      return NONE;
    }
    this.#literals.set(read.name, read.policy);
    return [read.name];
  }

  /** The addresses by name, in the order of first use, and two of one name that are not the same. */
  resolve(): { policies: Record<string, AddressPolicy>; addresses: readonly Address[]; conflicts: readonly Finding[] } {
    const found = new Map(this.#objects);
    const conflicts = [...this.#conflicts];
    for (const name of this.#named) {
      const address = lookUp(this.user, name);
      if (address === undefined) continue;
      const other = found.get(name);
      if (other === undefined) found.set(name, address);
      else if (other !== address && !isEqual(other, address)) conflicts.push(conflict(other, address, address.origin));
    }
    const policies: Record<string, AddressPolicy> = {};
    for (const [name, { policy }] of found) policies[name] = policy;
    for (const [name, policy] of this.#literals) policies[name] = policy;
    return { policies, addresses: [...found.values()], conflicts };
  }
}

/** The address of that name that is declared nearest: on the host, else on its fleet, else further up. */
function lookUp(user: IConstruct, name: string): Address | undefined {
  for (const scope of user.node.scopes.reverse()) {
    const found = Address.declaredOn(scope).get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All the names that `lookUp` would find. */
export function addressNamesFor(user: IConstruct): string[] {
  return user.node.scopes.reverse().flatMap((scope) => [...Address.declaredOn(scope).keys()]);
}

function isEqual(one: Address, other: Address): boolean {
  return JSON.stringify(one.policy) === JSON.stringify(other.policy);
}

function conflict(one: Address, other: Address, origin: Origin): Finding {
  return {
    origin,
    problem: `two addresses named ${show(one.name)} are used on one host: ${printOrigin(one.origin)} and ${printOrigin(other.origin)}`,
    fix: "rename one of the two, so that a plan says which one is meant",
  };
}
