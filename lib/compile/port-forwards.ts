import type { ForwardEntry, HostPolicy, ZonePolicy } from "../model/policy";
import type { PortRange } from "../model/services";
import { countingMatches, exceptMatches, timelessMatches } from "./conditions";
import { indexOf, originOf, verdictOf, type Way } from "./entries";
import { logChain } from "./log";
import { markForMasquerade } from "./masquerade";
import { setName } from "./names";
import type { AddressSet, Chain, Match, Rule, Verdict } from "./ruleset";
import { portsMatch, serviceAlternatives, type Alternative } from "./services";

/**
 * A port forward is two things: the destination is changed before routing, and the changed packet is let through at the
 * entry's place in the list.
 */
export function prerouteChain(policy: HostPolicy): Chain[] {
  const rules = forwardsOf(policy).flatMap((entry) =>
    policy.zones.filter((zone) => entersBy(entry, zone)).flatMap((zone) => destinationRules(policy, entry, zone)),
  );
  return rules.length === 0 ? [] : [{ name: "prerouting", hook: "prerouting", rules }];
}

export function forwardsOf(policy: HostPolicy): ForwardEntry[] {
  return policy.entries.filter((entry) => entry.kind === "forward");
}

/** Whether packets from a zone may take the forward: those of its own zone, and of the zones inside that share it. */
export function entersBy({ from, hairpin }: ForwardEntry, { name }: ZonePolicy): boolean {
  return (from.kind === "zone" && from.name === name) || hairpin.includes(name);
}

/** The machine behind, as a set of one. No name of an address holds a space. */
export function targetSet({ target: { v4, v6 } }: ForwardEntry): AddressSet {
  const parts = [v4, v6].filter((address) => address !== undefined);
  return { name: `target ${parts.join(" ")}`, v4: v4 === undefined ? [] : [v4], v6: v6 === undefined ? [] : [v6] };
}

/**
 * What a port forward sends back into the zone that it came from looks like the router's, or answers would not pass it:
 * whichever entry accepts it.
 */
export function hairpinRules(policy: HostPolicy, zone: ZonePolicy): Rule[] {
  const targets = new Map<string, ForwardEntry>();
  for (const entry of forwardsOf(policy)) {
    const { name } = targetSet(entry);
    if (entersBy(entry, zone) && !targets.has(name)) targets.set(name, entry);
  }
  return [...targets].map(([set, entry]) => ({
    matches: [
      { kind: "forwarded", is: true },
      { kind: "address", side: "destination", set },
    ],
    verdict: markForMasquerade(policy),
    origin: originOf(policy, entry),
  }));
}

/** Lets through what was forwarded, to another machine or to the host itself. */
export function passRules(policy: HostPolicy, entry: ForwardEntry, way: Way): Rule[] {
  const index = indexOf(policy, entry);
  const before: Match[] = [
    { kind: "forwarded", is: true },
    ...sourceMatches(entry),
    { kind: "address", side: "destination", set: targetSet(entry).name },
  ];
  const after = [...timelessMatches(entry), ...countingMatches(entry, index)];
  const verdict = entry.log === undefined ? verdictOf("accept", way) : logChain(index, "passing");
  return serviceAlternatives(policy, entry.services, entry.sourcePorts).map(({ matches }) => ({
    matches: [...before, ...matches.map((match) => atTarget(match, entry.targetPorts)), ...after],
    verdict,
    origin: originOf(policy, entry),
  }));
}

function destinationRules(policy: HostPolicy, entry: ForwardEntry, zone: ZonePolicy): Rule[] {
  const { external, target, targetPorts } = entry;
  const to: Match =
    external.length === 0
      ? { kind: "destination-type", type: "local" }
      : { kind: "address", side: "destination", set: setName(external) };
  const family = target.v4 === undefined ? 6 : target.v6 === undefined ? 4 : undefined;
  const alternatives = serviceAlternatives(policy, entry.services, entry.sourcePorts);
  return zone.interfaces.flatMap(({ name }) =>
    alternatives
      .flatMap((alternative) => translated(alternative, targetPorts))
      .map(({ matches, port }) => ({
        ...(family !== undefined && { family }),
        matches: [{ kind: "in-interface", name }, ...sourceMatches(entry), to, ...matches, ...timelessMatches(entry)],
        verdict: dnat(entry, port),
        origin: originOf(policy, entry),
      })),
  );
}

function dnat({ target: { v4, v6 } }: ForwardEntry, port: number | undefined): Verdict {
  return {
    kind: "dnat",
    ...(v4 !== undefined && { v4 }),
    ...(v6 !== undefined && { v6 }),
    ...(port !== undefined && { port }),
  };
}

/** A range that moves is written port by port: the kernel's own way to shift one is not the same in both backends. */
function translated(
  { matches }: Alternative,
  targetPorts: PortRange | undefined,
): { matches: readonly Match[]; port?: number }[] {
  if (targetPorts === undefined) return [{ matches }];
  const [first, last] = targetPorts;
  if (first === last) return [{ matches, port: first }];
  return Array.from({ length: last - first + 1 }, (_, offset) => ({
    matches: matches.map((match) => (isDestinationPorts(match) ? portAt(match, offset) : match)),
    port: first + offset,
  }));
}

function portAt(match: Extract<Match, { kind: "ports" }>, offset: number): Match {
  const port = (match.ranges[0]?.[0] ?? 0) + offset;
  return portsMatch("destination", match.protocol, [[port, port]]);
}

function atTarget(match: Match, targetPorts: PortRange | undefined): Match {
  return targetPorts !== undefined && isDestinationPorts(match)
    ? portsMatch("destination", match.protocol, [targetPorts])
    : match;
}

function isDestinationPorts(match: Match): match is Extract<Match, { kind: "ports" }> {
  return match.kind === "ports" && match.side === "destination";
}

function sourceMatches(entry: ForwardEntry): Match[] {
  const source: Match[] =
    entry.source.length === 0 ? [] : [{ kind: "address", side: "source", set: setName(entry.source) }];
  return [...source, ...exceptMatches(entry)];
}
