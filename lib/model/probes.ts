import { z } from "zod";
import { prober, verdict, type Expectation } from "./expectations";
import { origin } from "./origin";
import type { ServiceMatch } from "./services";
import { sshTarget } from "./target";

/**
 * One packet that the prove step sends, and what must become of it: an expectation with `live`, as plain data of the
 * bundle. Accepted means that the host's firewall lets it through, whether or not anything listens there.
 */
export const probe = z.strictObject({
  verdict,
  by: prober,
  /** A DNS name or an address, as whoever sends it knows the target. */
  address: sshTarget.shape.address,
  protocol: z.enum(["tcp", "udp", "icmp"]),
  /** With tcp and udp. */
  port: z.int().min(1).max(65535).optional(),
  /** The expectation in words: `https  ext → host`. */
  words: z.string().max(500),
  origin,
});

export type Probe = Readonly<z.infer<typeof probe>>;

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
