import { endpointInWords, type Endpoint } from "../../model/endpoint";
import type { RulePlan } from "../plan";
import { commonAddresses, commonServices, familiesOf, keyOf } from "./uses";

/** Packets that an `accept` lets through and an `accept+nat` elsewhere masquerades. */
export type Masqueraded = Readonly<{ rule: RulePlan; by: RulePlan }>;

/**
 * MicroFW's `accept+nat` masquerades by a rule of its own in POSTROUTING, whichever rule accepted the packet; here the
 * entry that accepts decides. So what an `accept` has in common with an `accept+nat` becomes an entry before it.
 */
export function masqueradedParts(
  accept: RulePlan,
  rules: readonly RulePlan[],
): { readonly parts: readonly Masqueraded[]; readonly unknown: readonly RulePlan[] } {
  const parts: Masqueraded[] = [];
  const unknown: RulePlan[] = [];
  for (const nat of rules) {
    if (nat.action !== "accept+nat" || !mayMeet(accept, nat, rules)) continue;
    const to = commonEnd(accept.to, nat.to);
    const source = commonAddresses(accept.source, nat.source);
    const destination = commonAddresses(accept.destination, nat.destination);
    const service = commonServices(accept.service, nat.service);
    if (to === undefined || source === "nothing" || destination === "nothing" || service === "nothing") continue;
    if (source === "unknown" || destination === "unknown" || service === "unknown") {
      unknown.push(nat);
      continue;
    }
    const families = familiesOf(source.use).filter((family) => familiesOf(destination.use).includes(family));
    if (families.length === 0) continue;
    const rule: RulePlan = {
      kind: "rule",
      action: "accept+nat",
      from: accept.from,
      to,
      ...(source.use && { source: source.use }),
      ...(destination.use && { destination: destination.use }),
      ...(service.use && { service: service.use }),
      place: accept.place,
    };
    if (parts.some((earlier) => isSame(earlier.rule, rule))) continue;
    parts.push({ rule, by: nat });
    if (isSame(rule, accept)) break;
  }
  return { parts, unknown };
}

/** Whether two rules are about the same packets. */
export function isSame(one: RulePlan, other: RulePlan): boolean {
  const words = ({ from, to, source, destination, service }: RulePlan) =>
    JSON.stringify([from, to, keyOf(source), keyOf(destination), keyOf(service)]);
  return words(one) === words(other);
}

/**
 * An earlier rule of the same zone has taken its packets already. A rule of another zone masquerades by the source
 * address alone; with `ALL` as its source it marks the packets of its own zone.
 */
function mayMeet(accept: RulePlan, nat: RulePlan, rules: readonly RulePlan[]): boolean {
  if (endpointInWords(nat.from) !== endpointInWords(accept.from)) return nat.source !== undefined;
  return rules.indexOf(nat) > rules.indexOf(accept);
}

/** What goes to the host itself is never masqueraded. */
function commonEnd(one: Endpoint, other: Endpoint): Endpoint | undefined {
  if (one.kind === "host") return undefined;
  if (other.kind === "all") return one;
  if (one.kind === "all") return other;
  return one.kind === "zone" && other.kind === "zone" && one.name === other.name ? one : undefined;
}
