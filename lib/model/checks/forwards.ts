import { show } from "../findings";
import type { ForwardEntry, HostPolicy } from "../policy";
import type { PortRange, ServiceMatch } from "../services";
import type { Check, CheckContext } from "./check";
import { servicesOf } from "./services-of";

/** Every port of a range that moves is a rule of its own: more would be slow to load and to read. */
const MOST_TRANSLATED = 256;

/** A port forward is for what comes in by a zone. */
export const forwardsComeFromAZone: Check = ({ policy, report }) => {
  for (const { from, origin } of forwardsOf(policy)) {
    if (from.kind === "zone") continue;
    report({
      origin,
      problem: `a port forward can not be from ${from.kind === "container" ? "a container" : `\`${from.kind}\``}`,
      allowed: "the zone that the packets come from",
      fix:
        from.kind === "host"
          ? "the host itself reaches the machine behind by its own address"
          : "name the outer zone in `from`, and zones inside in `hairpin`",
    });
  }
};

/** What is addressed to the host is also the SSH of whoever deploys. */
export const forwardsLeaveTheHostItsOwn: Check = ({ policy, report }) => {
  for (const { from, external, services, targetPorts, origin } of forwardsOf(policy)) {
    if (external.length > 0 || services.length > 0) continue;
    // What is wrong with those is told by others.
    if (from.kind !== "zone" || targetPorts !== undefined) continue;
    report({
      origin,
      problem: "the port forward takes all that is addressed to the host, its own SSH too",
      allowed: "all services with `at`, or named services",
      fix: "name the services that are forwarded, or in `at` an address that the host has for this only",
    });
  }
};

/** Packets of the zone itself take the forward anyway. */
export const hairpinZonesAreOthers: Check = ({ policy, report }) => {
  for (const { from, hairpin, origin } of forwardsOf(policy)) {
    if (from.kind !== "zone" || !hairpin.includes(from.name)) continue;
    report({
      origin,
      problem: `\`hairpin\` names the zone ${show(from.name)} that the port forward is from`,
      fix: "leave it out: packets from that zone are forwarded already",
    });
  }
};

/** A port to go to is a translation of ports: all that is forwarded must have ports, and as many of them. */
export const translatedPortsFit: Check = (context) => {
  for (const entry of forwardsOf(context.policy)) {
    if (entry.targetPorts !== undefined) checkTranslation(entry, entry.targetPorts, context);
  }
};

function checkTranslation(entry: ForwardEntry, [first, last]: PortRange, { policy, report }: CheckContext): void {
  const { services, origin } = entry;
  const count = last - first + 1;
  if (services.length === 0) {
    report({
      origin,
      problem: `all services go to port ${inWords([first, last])}: every other port would be lost`,
      fix: "name the service that is forwarded there, or leave `port` out to forward all ports as they are",
    });
    return;
  }
  const without = services.filter((name) => servicesOf(policy, name).some(({ kind }) => kind !== "ports"));
  if (without.length > 0) {
    report({
      origin,
      problem: `${without.map(show).join(", ")} has parts without ports, and can not go to port ${inWords([first, last])}`,
      allowed: "services of TCP, UDP and SCTP ports, where `port` is given",
      fix: "forward it by an entry of its own, without `port`",
    });
  } else if (count > MOST_TRANSLATED) {
    report({
      origin,
      problem: `${count} ports are translated`,
      allowed: `at most ${MOST_TRANSLATED} by one port forward`,
      fix: "let the machine behind listen on the same ports and leave `port` out, or forward a smaller range",
    });
  } else if (count > 1) {
    const uneven = rangesByProtocol(services.flatMap((name) => servicesOf(policy, name))).find(
      (ranges) => ranges.length !== 1 || ranges.some(([from, to]) => to - from + 1 !== count),
    );
    if (uneven === undefined) return;
    report({
      origin,
      problem: `the ports ${uneven.map(inWords).join(", ")} can not go to the ${count} ports ${inWords([first, last])} one by one`,
      allowed: "one range that is as long as that of the service, or one port for all",
      fix: "forward each range of the service by an entry of its own",
    });
  }
}

function rangesByProtocol(services: readonly ServiceMatch[]): PortRange[][] {
  const byProtocol = new Map<string, Map<string, PortRange>>();
  for (const match of services) {
    if (match.kind !== "ports") continue;
    const ranges = byProtocol.get(match.protocol) ?? new Map<string, PortRange>();
    byProtocol.set(match.protocol, ranges);
    for (const range of match.ports) ranges.set(inWords(range), range);
  }
  return [...byProtocol.values()].map((ranges) => [...ranges.values()]);
}

const inWords = ([first, last]: PortRange) => (first === last ? String(first) : `${first}-${last}`);

function forwardsOf(policy: HostPolicy): ForwardEntry[] {
  return policy.entries.filter((entry) => entry.kind === "forward");
}
