import type { Action, Endpoint, Entry, HostPolicy } from "../model/policy";
import type { PortProtocol, PortRange, ServiceMatch } from "../model/services";
import { entryInWords } from "../model/words";
import { ACCEPT, DROP } from "./implicit";
import { ACCEPT_WITH_MASQUERADE } from "./masquerade";
import { mergePorts } from "./ports";
import { REJECT } from "./reject";
import { PROTOCOL, type Match, type Rule, type RuleOrigin, type Verdict } from "./ruleset";

const forwarded: Record<Action, Verdict> = {
  accept: ACCEPT,
  "accept+nat": ACCEPT_WITH_MASQUERADE,
  reject: REJECT,
  drop: DROP,
};

/** Traffic of the host itself is never masqueraded: it already has the host's address. */
export const FORWARDED = forwarded;
export const LOCAL: Record<Action, Verdict> = { ...forwarded, "accept+nat": ACCEPT };

/** The rules of one entry, in a chain that has decided already where a packet comes from and goes to. */
export function entryRules(policy: HostPolicy, entry: Entry, verdicts: Record<Action, Verdict>): Rule[] {
  const addresses: Match[] = [];
  if (entry.source.length > 0) addresses.push({ kind: "address", side: "source", set: setName(entry.source) });
  if (entry.destination.length > 0) {
    addresses.push({ kind: "address", side: "destination", set: setName(entry.destination) });
  }
  const origin = originOf(policy, entry);
  const verdict = verdicts[entry.action];
  if (entry.services.length === 0) return [{ matches: addresses, verdict, origin }];
  const services = entry.services.flatMap((name) => found(policy.services[name], "service", name));
  return withPortsTogether(services)
    .flatMap(serviceRules)
    .map(({ family, match }) => ({ ...(family && { family }), matches: [...addresses, match], verdict, origin }));
}

const origins = new WeakMap<HostPolicy, Map<Entry, RuleOrigin>>();

/** One object for all the rules of an entry, in however many chains: printers make its text once. */
function originOf(policy: HostPolicy, entry: Entry): RuleOrigin {
  const known = origins.get(policy) ?? new Map<Entry, RuleOrigin>();
  if (known.size === 0) origins.set(policy, known);
  let origin = known.get(entry);
  if (origin === undefined) {
    origin = { kind: "entry", origin: entry.origin, words: entryInWords(entry) };
    known.set(entry, origin);
  }
  return origin;
}

/** One match per protocol for all ports of an entry: the services of one entry share its verdict. */
function withPortsTogether(services: readonly ServiceMatch[]): ServiceMatch[] {
  const ports = new Map<PortProtocol, PortRange[]>();
  const others: ServiceMatch[] = [];
  for (const match of services) {
    if (match.kind !== "ports") others.push(match);
    else ports.set(match.protocol, [...(ports.get(match.protocol) ?? []), ...match.ports]);
  }
  const together = [...ports].map(
    ([protocol, ranges]) => ({ kind: "ports", protocol, ports: mergePorts(ranges) }) as const,
  );
  return [...together, ...others];
}

/** A set is named by the addresses that it unites: equal lists share one set. No name of an address holds a comma. */
export function setName(addresses: readonly string[]): string {
  return addresses.length === 1 ? (addresses[0] ?? "") : [...new Set(addresses)].sort().join(",");
}

export function isZone(endpoint: Endpoint, zone: string): boolean {
  return endpoint.kind === "zone" && endpoint.name === zone;
}

/** INVARIANT: a policy that passed its checks holds every name that its entries use. */
export function found<T>(value: T | undefined, what: string, name: string): T {
  if (value === undefined) throw new Error(`invariant: ${what} ${name} is not in the policy`);
  return value;
}

function serviceRules(match: ServiceMatch): { family?: 4 | 6; match: Match }[] {
  switch (match.kind) {
    case "ports":
      return [{ match: { kind: "ports", side: "destination", protocol: match.protocol, ranges: match.ports } }];
    case "protocol":
      return [{ match: { kind: "protocol", number: match.number } }];
    case "icmp": {
      if (match.v4 === undefined && match.v6 === undefined) return [...ALL_ICMP];
      const rules: { family: 4 | 6; match: Match }[] = [];
      if (match.v4 !== undefined) rules.push({ family: 4, match: { kind: "icmp", family: 4, types: match.v4 } });
      if (match.v6 !== undefined) rules.push({ family: 6, match: { kind: "icmp", family: 6, types: match.v6 } });
      return rules;
    }
  }
}

/** Every ICMP message of either family. */
export const ALL_ICMP: readonly { family: 4 | 6; match: Match }[] = [
  { family: 4, match: { kind: "protocol", number: PROTOCOL.icmp } },
  { family: 6, match: { kind: "protocol", number: PROTOCOL.icmpv6 } },
];
