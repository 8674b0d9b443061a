import type { IConstruct } from "constructs";
import { readAddressText, type LiteralAddress } from "../lib/model/address-text";
import { isEmptyAddress, type AddressPolicy } from "../lib/model/addresses";
import type { Mistake } from "../lib/model/explain-issues";
import { show, type Finding } from "../lib/model/findings";
import { printOrigin, type Origin } from "../lib/model/origin";
import type { Address } from "./address";
import { addressText, readMembers } from "./address-members";
import { addressNamed, isAddress } from "./declared-addresses";
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
  /** Those whose members stand in entries themselves: their mistakes count, their names are not the policy's. */
  readonly #inlined = new Set<Address>();
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
    if (isAddress(given)) return this.#use(given, origin);
    const names = (Array.isArray(given) ? (given as readonly AddressLike[]) : [given as AddressLike]).flatMap((one) =>
      isAddress(one) ? this.#use(one, origin) : this.#read(one, mistakes),
    );
    if (names.length === 0 && Array.isArray(given) && given.length === 0) {
      mistakes.push({
        problem: "an empty list of addresses matches nothing",
        fix: "leave the property out to match any address",
      });
    }
    return Object.freeze([...new Set(names)]);
  }

  /** The members of addresses themselves, for where an entry holds no names; nothing where one is not understood. */
  membersOf(given: unknown, mistakes: Mistake[]): AddressPolicy | undefined {
    const list = Array.isArray(given) ? (given as readonly unknown[]) : [given];
    const { policy, addresses, mistakes: found } = readMembers(list, this.user);
    for (const address of addresses) this.#inlined.add(address);
    mistakes.push(...found);
    if (list.length === 0) mistakes.push({ problem: "an empty list is no machine", allowed: 'such as `"10.0.0.5"`' });
    // An address that is empty has a finding of its own.
    return found.length > 0 || isEmptyAddress(policy) ? undefined : policy;
  }

  #use(address: Address, origin: Origin): readonly string[] {
    const other = this.#objects.get(address.name);
    if (other === undefined) this.#objects.set(address.name, address);
    else if (other !== address && !isEqual(other, address)) this.#conflicts.push(conflict(other, address, origin));
    return address.names;
  }

  #read(given: unknown, mistakes: Mistake[]): readonly string[] {
    const text = addressText(given);
    if (typeof text !== "string") {
      mistakes.push(text);
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
      const address = addressNamed(name, this.user);
      if (address === undefined) continue;
      const other = found.get(name);
      if (other === undefined) found.set(name, address);
      else if (other !== address && !isEqual(other, address)) conflicts.push(conflict(other, address, address.origin));
    }
    const policies: Record<string, AddressPolicy> = {};
    for (const [name, { policy }] of found) policies[name] = policy;
    for (const [name, policy] of this.#literals) policies[name] = policy;
    const addresses = new Set(
      [...found.values(), ...this.#inlined].flatMap((address) => [address, ...address.members]),
    );
    return { policies, addresses: [...addresses], conflicts };
  }
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
