import * as z from "zod";
import { origin } from "./origin";
import { hostName, sshTarget } from "./target";

export const verdict = z.enum(["accepted", "refused"]);

/** Who sends a live probe: the deployer itself, or another host of the fleet, over whose SSH it is sent. */
export const prober = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("deployer") }),
  z.strictObject({ kind: z.literal("host"), name: hostName }),
]);

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

export type Verdict = z.infer<typeof verdict>;
export type Prober = Readonly<{ kind: "deployer" }> | Readonly<{ kind: "host"; name: string }>;
export type Probe = Readonly<z.infer<typeof probe>>;
