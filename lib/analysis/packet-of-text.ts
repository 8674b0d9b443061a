import type { ConntrackState } from "../compile/ruleset";
import { familyOf, normaliseAddress } from "../model/address-spelling";
import { show } from "../model/show";
import { UserError } from "../model/user-error";
import type { Packet } from "./packet";

/** A packet as people write it, on a command line or in a form. */
export interface PacketText {
  /** Where it comes in. @default the host itself sends it */
  readonly in?: string;
  /** Where it goes out, after a port forward if one takes it. @default to the host itself */
  readonly out?: string;
  readonly src: string;
  readonly dst: string;
  /** `tcp`, `udp`, `icmp`, … or a number. */
  readonly proto: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly state: ConntrackState;
  /** Whether the destination is an address of the host also where it goes out: for port forwards. */
  readonly local?: boolean;
  /** When it comes, for entries that expire. */
  readonly at?: string;
}

const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  gre: 47,
  esp: 50,
  ah: 51,
  igmp: 2,
  ospf: 89,
};

/**
 * The packet that is meant.
 * @throws UserError `no-address`, `no-protocol`
 */
export function packetOf(given: PacketText): Packet {
  const family = familyOf(given.src);
  if (family === undefined)
    throw new UserError("no-address", `${show(given.src)} is no address`, "Give one, such as 203.0.113.7.");
  const address = (text: string): string => {
    const normal = normaliseAddress(text, family);
    if (typeof normal === "string" && !normal.includes("/")) return normal;
    throw new UserError(
      "no-address",
      `${show(text)} is no IPv${family} address`,
      "Source and destination are single addresses of one family.",
    );
  };
  return {
    family,
    source: address(given.src),
    destination: address(given.dst),
    protocol: protocolOf(given.proto, family),
    state: given.state,
    ...(given.in !== undefined && { inInterface: given.in }),
    ...(given.out !== undefined && { outInterface: given.out }),
    ...(given.sport !== undefined && { sourcePort: given.sport }),
    ...(given.dport !== undefined && { destinationPort: given.dport }),
    ...(given.icmpType !== undefined && { icmpType: given.icmpType }),
    ...(given.icmpCode !== undefined && { icmpCode: given.icmpCode }),
    ...(given.local === true && { local: true }),
    ...(given.at !== undefined && { moment: given.at }),
  };
}

function protocolOf(text: string, family: 4 | 6): number {
  if (text === "icmp" || text === "icmpv6") return family === 4 ? 1 : 58;
  const number = PROTOCOLS[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : NaN);
  if (number >= 0 && number <= 255) return number;
  throw new UserError(
    "no-protocol",
    `${show(text)} is no protocol`,
    `Allowed: icmp, ${Object.keys(PROTOCOLS).join(", ")}, or a number up to 255.`,
  );
}
