import type { IConstruct } from "constructs";
import type { Address } from "./address";

/** What makes an object an address, for two copies of this package too. */
export const ADDRESS = Symbol.for("cdkfw/Address");

const NONE: ReadonlyMap<string, Address> = new Map();
const declared = new WeakMap<IConstruct, Map<string, Address>>();

export function isAddress(value: unknown): value is Address {
  return typeof value === "object" && value !== null && ADDRESS in value;
}

/** Makes the name known to what is in the scope. The first of two of one name stays. */
export function declareOn(scope: IConstruct, address: Address): void {
  const siblings = declared.get(scope) ?? new Map<string, Address>();
  if (!siblings.has(address.name)) siblings.set(address.name, address);
  declared.set(scope, siblings);
}

/** The address of that name that is declared nearest: on the host, else on its fleet, else further up. */
export function addressNamed(name: string, user: IConstruct): Address | undefined {
  for (const scope of user.node.scopes.reverse()) {
    const found = declaredOn(scope).get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All the names that `addressNamed` would find. */
export function addressNamesFor(user: IConstruct): string[] {
  return user.node.scopes.reverse().flatMap((scope) => [...declaredOn(scope).keys()]);
}

function declaredOn(scope: IConstruct): ReadonlyMap<string, Address> {
  return declared.get(scope) ?? NONE;
}
