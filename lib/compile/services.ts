import type { Family } from "../model/addresses";
import type { HostPolicy } from "../model/policy";
import type { PortProtocol, PortRange, ServiceMatch } from "../model/services";
import { found } from "./names";
import { mergePorts } from "./ports";
import { PROTOCOL, type Match } from "./ruleset";

/** One of the ways to be of a service: matches that all hold, in one family or in both. */
export interface Alternative {
  readonly family?: Family;
  readonly matches: readonly Match[];
}

const EVERYTHING: readonly Alternative[] = [{ matches: [] }];

/**
 * The ways to be of one of the services; of all where none is named. Source ports narrow what has ports, and leave out
 * what has none.
 */
export function serviceAlternatives(
  policy: HostPolicy,
  names: readonly string[],
  sourcePorts?: readonly PortRange[],
): readonly Alternative[] {
  if (names.length === 0) return sourcePorts === undefined ? EVERYTHING : fromPorts(sourcePorts);
  const services = names.flatMap((name) => found(policy.services[name], "service", name));
  return withPortsTogether(services).flatMap((service) => alternativesOf(service, sourcePorts));
}

/** One match per protocol for all ports of an entry: the services of one entry share its verdict. */
export function withPortsTogether(services: readonly ServiceMatch[]): ServiceMatch[] {
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

function alternativesOf(service: ServiceMatch, sourcePorts: readonly PortRange[] | undefined): Alternative[] {
  if (service.kind === "ports") {
    const { protocol, ports } = service;
    const source = sourcePorts === undefined ? [] : [portsMatch("source", protocol, mergePorts(sourcePorts))];
    return [{ matches: [...source, portsMatch("destination", protocol, ports)] }];
  }
  if (sourcePorts !== undefined) return [];
  if (service.kind === "protocol") return [{ matches: [{ kind: "protocol", number: service.number }] }];
  if (service.v4 === undefined && service.v6 === undefined) return [...ALL_ICMP];
  return [
    ...(service.v4 === undefined ? [] : [icmp(4, service.v4)]),
    ...(service.v6 === undefined ? [] : [icmp(6, service.v6)]),
  ];
}

function icmp(family: Family, types: Extract<Match, { kind: "icmp" }>["types"]): Alternative {
  return { family, matches: [{ kind: "icmp", family, types }] };
}

function fromPorts(sourcePorts: readonly PortRange[]): Alternative[] {
  return (["tcp", "udp"] as const).map((protocol) => ({
    matches: [portsMatch("source", protocol, mergePorts(sourcePorts))],
  }));
}

export function portsMatch(
  side: "source" | "destination",
  protocol: PortProtocol,
  ranges: readonly PortRange[],
): Match {
  return { kind: "ports", side, protocol, ranges };
}

/** Every ICMP message of either family. */
export const ALL_ICMP: readonly Alternative[] = [
  { family: 4, matches: [{ kind: "protocol", number: PROTOCOL.icmp }] },
  { family: 6, matches: [{ kind: "protocol", number: PROTOCOL.icmpv6 }] },
];
