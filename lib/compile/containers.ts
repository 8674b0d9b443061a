import type { HostPolicy, RuleEntry, ZonePolicy } from "../model/policy";
import { containerMatches } from "./container-sets";
import { rulesFor } from "./entries";
import { implicit } from "./implicit";
import { setName } from "./names";
import type { Match, Rule } from "./ruleset";
import { serviceAlternatives, type Alternative } from "./services";

/**
 * Docker publishes a port in two ways, and a rule opens both:
 *
 *     client ─→ host:8080 ─ DNAT (Docker's) ─→ forward ─→ container:80        most packets
 *     client ─→ host:8080 ─ input ─→ docker-proxy ─→ output ─→ container:80   IPv6 to a container without it, among others
 *
 * In the first one the destination is the container's already, and only conntrack still knows the port that was asked for.
 */
export function publishedRules(policy: HostPolicy, entry: RuleEntry, from: ZonePolicy): Rule[] {
  const ports = entry.published === "all" ? everyPort(policy, entry, "container") : askedPorts(policy, entry);
  // Containers reach one another's published ports directly, too.
  const forwarded: Match[] =
    from.containers !== undefined && entry.published === "all" ? [] : [{ kind: "forwarded", is: true }];
  const addresses = [...sourceMatches(entry), ...forwarded, ...containerMatches("destination", entry.to)];
  return rulesFor(policy, entry, "passing", addresses, ports);
}

/** The way by docker-proxy. It is open only while such a port is published, for it ends at the host itself. */
export function proxyRules(policy: HostPolicy, entry: RuleEntry): Rule[] {
  if (entry.published === undefined) return [];
  return rulesFor(policy, entry, "local", sourceMatches(entry), everyPort(policy, entry, "host"));
}

/** What no entry decided, and Docker may. */
export function leaveToDocker({ name, containers, interfaces }: ZonePolicy): Rule[] {
  if (containers !== "open") return [];
  return (["in-interface", "out-interface"] as const).flatMap((kind) =>
    interfaces.map((one) => implicit(`${name} is left to Docker`, { kind: "leave" }, [{ kind, name: one.name }])),
  );
}

function everyPort(policy: HostPolicy, entry: RuleEntry, at: "container" | "host"): Alternative[] {
  if (entry.to.kind !== "container") return [];
  const published: Match = { kind: "published", container: entry.to.select, at };
  return serviceAlternatives(policy, entry.services, entry.sourcePorts).map(({ family, matches }) => ({
    ...(family !== undefined && { family }),
    matches: [...matches, published],
  }));
}

/** The services by the port that the packet was sent to, before Docker changed it. */
function askedPorts(policy: HostPolicy, entry: RuleEntry): Alternative[] {
  return serviceAlternatives(policy, entry.services, entry.sourcePorts).map(({ matches }) => ({
    matches: matches.map((match): Match =>
      match.kind === "ports" && match.side === "destination"
        ? { kind: "asked-ports", protocol: match.protocol, ranges: match.ranges }
        : match,
    ),
  }));
}

function sourceMatches({ from, source }: RuleEntry): Match[] {
  return [
    ...containerMatches("source", from),
    ...(source.length === 0 ? [] : [{ kind: "address", side: "source", set: setName(source) } as const]),
  ];
}
