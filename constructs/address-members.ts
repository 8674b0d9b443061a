import type { IConstruct } from "constructs";
import { readAddressText } from "../lib/model/address-text";
import { joinAddresses, type AddressPolicy } from "../lib/model/addresses";
import type { Mistake } from "../lib/model/explain-issues";
import { nearestName, show } from "../lib/model/findings";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import type { Address } from "./address";
import { addressNamed, addressNamesFor, isAddress } from "./declared-addresses";

/** What a list of addresses unites, where the members themselves are wanted and not their names. */
export interface AddressMembers {
  readonly policy: AddressPolicy;
  /** The objects among them, and those that they unite: their own mistakes are theirs to tell. */
  readonly addresses: readonly Address[];
  readonly mistakes: readonly Mistake[];
}

/** Reads objects, texts, and names of what is declared already, as seen from `user`. */
export function readMembers(given: readonly unknown[], user: IConstruct): AddressMembers {
  const read = given.map((one) => readMember(one, user));
  const addresses = read.filter(isAddress);
  const mistakes = read.filter((one): one is Mistake => "problem" in one);
  const policies = read.flatMap((one) => (isAddress(one) ? one.policy : "problem" in one ? [] : one));
  return {
    policy: joinAddresses(policies),
    addresses: addresses.flatMap((address) => [address, ...address.members]),
    mistakes,
  };
}

function readMember(given: unknown, user: IConstruct): Address | AddressPolicy | Mistake {
  if (isAddress(given)) return given;
  const text = addressText(given);
  if (typeof text !== "string") return text;
  const read = readAddressText(text);
  if (read !== undefined) return "problem" in read ? read : read.policy;
  return addressNamed(text, user) ?? notDeclaredYet(text, user);
}

/** The text that may be a name or an address. */
export function addressText(given: unknown): string | Mistake {
  if (holdsToken(given)) return { problem: `${show(given)} is an unresolved token`, fix: TOKEN_FIX };
  if (typeof given === "string") return given;
  return { problem: `${show(given)} is no address`, allowed: "an `Address`, its name, or `203.0.113.0/24`" };
}

function notDeclaredYet(name: string, user: IConstruct): Mistake {
  const near = nearestName(name, addressNamesFor(user));
  return {
    problem: `${show(name)} is no address that is declared before it is used here`,
    allowed: "the name of one that is, or an address such as `203.0.113.5`",
    fix: near === undefined ? `declare an address named ${show(name)} above` : `did you mean \`${near}\`?`,
  };
}
