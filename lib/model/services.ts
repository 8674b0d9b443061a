import * as z from "zod";

const portNumber = z.int().min(1, "1 to 65535").max(65535, "1 to 65535");

/** First and last port, both included. */
export const portRange = z
  .tuple([portNumber, portNumber])
  .refine(([first, last]) => first <= last, "a first port that is not above the last one");

/** Protocols that have ports. */
export const portProtocol = z.enum(["tcp", "udp", "sctp"]);

/**
 * IPv6 has these as extension headers: the kernel looks past them, at what follows, so that no packet is ever of one of
 * them. IPv4 has no use for them.
 */
const EXTENSION_HEADERS: ReadonlySet<number> = new Set([43, 44, 60]);

/** An IP protocol by its IANA number. */
export const protocolNumber = z
  .int()
  .min(1, "1 to 255")
  .max(255, "1 to 255")
  .refine(
    (number) => !EXTENSION_HEADERS.has(number),
    "a protocol: 43, 44 and 60 are extension headers of IPv6, which the kernel looks past",
  );

const icmpType = z.strictObject({
  type: z.int().min(0, "0 to 255").max(255, "0 to 255"),
  code: z.int().min(0, "0 to 255").max(255, "0 to 255").optional(),
});

/** One thing that a service consists of. */
export const serviceMatch = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ports"),
    protocol: portProtocol,
    ports: z.array(portRange).min(1, "at least one port"),
  }),
  /** ICMP of both families; a family with no types listed does not match, no lists at all match all types. */
  z.strictObject({ kind: z.literal("icmp"), v4: z.array(icmpType).optional(), v6: z.array(icmpType).optional() }),
  /** A whole IP protocol by its IANA number, such as 47 for GRE. */
  z.strictObject({ kind: z.literal("protocol"), number: protocolNumber }),
]);

export const servicePolicy = z.array(serviceMatch).min(1, "at least one match");

export type PortProtocol = z.infer<typeof portProtocol>;
export type PortRange = readonly [first: number, last: number];
export type IcmpType = Readonly<{ type: number; code?: number | undefined }>;
export type ServiceMatch =
  | Readonly<{ kind: "ports"; protocol: PortProtocol; ports: readonly PortRange[] }>
  | Readonly<{ kind: "icmp"; v4?: readonly IcmpType[] | undefined; v6?: readonly IcmpType[] | undefined }>
  | Readonly<{ kind: "protocol"; number: number }>;
/** What a service consists of: a packet matches when it matches one of them. */
export type ServicePolicy = readonly ServiceMatch[];
