import type { Expectation } from "./expectations";
import type { Probe } from "./probe";
import type { ServiceMatch } from "./services";

/** The packets to send for an expectation: one for each part of its services, by the first of a range of ports. */
export function probesOf({ verdict: wanted, services, live, words, origin: declared }: Expectation): Probe[] {
  if (live === undefined) return [];
  const { by, address } = live;
  return services.flatMap(({ matches }) =>
    matches.flatMap((match) =>
      packetsOf(match).map((packet) => ({ verdict: wanted, by, address, ...packet, words, origin: declared })),
    ),
  );
}

/** What can be sent as a probe: an IP protocol without ports can not. */
export function packetsOf(match: ServiceMatch): Pick<Probe, "protocol" | "port">[] {
  switch (match.kind) {
    case "ports": {
      const { protocol } = match;
      return protocol === "sctp" ? [] : match.ports.map(([port]) => ({ protocol, port }));
    }
    case "icmp":
      return isEcho(match) ? [{ protocol: "icmp" }] : [];
    case "protocol":
      return [];
  }
}

/** Echo requests are the ICMP that anybody may send. */
function isEcho({ v4, v6 }: Extract<ServiceMatch, { kind: "icmp" }>): boolean {
  if (v4 === undefined && v6 === undefined) return true;
  return v4?.some(({ type }) => type === 8) === true || v6?.some(({ type }) => type === 128) === true;
}
