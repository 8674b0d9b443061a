import { networkRange } from "../../model/address-value";
import type { AddressPolicy, Family } from "../../model/addresses";
import type { PortRange, ServicePolicy } from "../../model/services";
import { readServiceText } from "../../model/service-text";
import { partsOf, type AddressUse, type Named, type ServicePlan, type ServiceUse } from "../plan";

/** What two sides have in common: nothing, or something that may be all, or what can not be told. */
export type Common<T> = { readonly use: T } | "nothing" | "unknown";

/** Addresses of two rules. MicroFW's have one network of each family, so that of two one holds the other, or none meets. */
export function commonAddresses(
  one: AddressUse | undefined,
  other: AddressUse | undefined,
): Common<AddressUse | undefined> {
  if (one === undefined || other === undefined) return { use: one ?? other };
  if (keyOf(one) === keyOf(other)) return { use: one };
  if (isCountry(one) || isCountry(other)) return "unknown";
  const [a, b] = [policyOf(one), policyOf(other)];
  const both = { v4: smaller(a.v4, b.v4, 4), v6: smaller(a.v6, b.v6, 6) };
  if (both.v4.length + both.v6.length === 0) return "nothing";
  const equal = [one, other].find((use) => JSON.stringify(policyOf(use)) === JSON.stringify(both));
  const texts = [
    ...both.v4.map((text) => ({ name: text, policy: { v4: [text], v6: [] } })),
    ...both.v6.map((text) => ({ name: text, policy: { v4: [], v6: [text] } })),
  ];
  return { use: equal ?? { texts } };
}

export function commonServices(
  one: ServiceUse | undefined,
  other: ServiceUse | undefined,
): Common<ServiceUse | undefined> {
  if (one === undefined || other === undefined) return { use: one ?? other };
  if (keyOf(one) === keyOf(other)) return { use: one };
  const [a, b] = [one, other].map((use) => partsOf(use).flatMap(({ policy }) => policy));
  const both = (["tcp", "udp"] as const).flatMap((protocol) => {
    const range = overlap(portsOf(a ?? [], protocol), portsOf(b ?? [], protocol));
    return range === undefined ? [] : [serviceText(protocol, range)];
  });
  if (both.length === 0) return "nothing";
  const joined = JSON.stringify(both.flatMap(({ policy }) => policy));
  const equal = [one, other].find((use) => JSON.stringify(partsOf(use).flatMap(({ policy }) => policy)) === joined);
  return { use: equal ?? { texts: both } };
}

/** `tcp/80`, `udp/8000-8100`: a service that is written where it is used. */
export function serviceText(protocol: "tcp" | "udp", [first, last]: PortRange): ServicePlan {
  const name = `${protocol}/${first === last ? String(first) : `${first}-${last}`}`;
  const policy = readServiceText(name);
  if (policy === undefined || "problem" in policy) throw new Error(`invariant: ${name} is no service`);
  return { name, policy, library: false };
}

/** The port or the range of a protocol that a service of MicroFW has. */
export function portsOf(service: ServicePolicy, protocol: "tcp" | "udp"): PortRange | undefined {
  const match = service.find((one) => one.kind === "ports" && one.protocol === protocol);
  return match?.kind === "ports" ? match.ports[0] : undefined;
}

/** The families that a use can match. */
export function familiesOf(use: AddressUse | undefined): readonly Family[] {
  if (use === undefined || isCountry(use)) return [4, 6];
  const { v4, v6 } = policyOf(use);
  return [...(v4.length > 0 ? [4 as const] : []), ...(v6.length > 0 ? [6 as const] : [])];
}

export function keyOf(use: AddressUse | ServiceUse | undefined): string {
  return JSON.stringify(partsOf<Named<unknown>>(use).map(({ name }) => name));
}

function isCountry(use: AddressUse): boolean {
  return partsOf(use).some(({ policy }) => policy.countries !== undefined);
}

function policyOf(use: AddressUse): AddressPolicy {
  const policies = partsOf(use).map(({ policy }) => policy);
  return { v4: policies.flatMap(({ v4 }) => v4), v6: policies.flatMap(({ v6 }) => v6) };
}

function smaller(one: readonly string[], other: readonly string[], family: Family): readonly string[] {
  return one.flatMap((a) =>
    other.flatMap((b) => {
      const [[firstA, lastA], [firstB, lastB]] = [networkRange(a, family), networkRange(b, family)];
      if (firstB <= firstA && lastA <= lastB) return [a];
      return firstA <= firstB && lastB <= lastA ? [b] : [];
    }),
  );
}

function overlap(one: PortRange | undefined, other: PortRange | undefined): PortRange | undefined {
  if (one === undefined || other === undefined) return undefined;
  const first = Math.max(one[0], other[0]);
  const last = Math.min(one[1], other[1]);
  return first <= last ? [first, last] : undefined;
}
