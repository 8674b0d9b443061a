import type { Family } from "../model/addresses";
import type { ConntrackState } from "../compile/ruleset";

/** The first packet of a flow, or one of its later ones, as the kernel meets it. */
export interface Packet {
  /** Where it came in; absent for what the host itself sends. */
  readonly inInterface?: string;
  /** Where it goes out; absent for what is addressed to the host itself. */
  readonly outInterface?: string;
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
  /** IANA's number. */
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** When it comes, for entries that expire: a moment in UTC such as `2027-01-31T23:59:59Z`. @default before all of them */
  readonly moment?: string;
  /** @default new */
  readonly state?: ConntrackState;
  /** Whether the destination is a broadcast address of the host's networks. @default false */
  readonly broadcast?: boolean;
  /** Whether the destination is an address of the host itself. @default where the packet goes to no interface */
  readonly local?: boolean;
  /** What conntrack says of a destination that was changed before. @default false */
  readonly forwarded?: boolean;
  /** The port that it was sent to, where a port forward or Docker has changed it. @default its destination port */
  readonly askedPort?: number;
}

/** What only the host knows, and a ruleset leaves to it. */
export interface HostFacts {
  /** Interfaces that are bridges. @default none */
  readonly bridges?: ReadonlySet<string>;
  /** Addresses of containers, by their words: `container web`. @default none has any */
  readonly containers?: ReadonlyMap<string, readonly string[]>;
  /** Containers of which Docker publishes the port that the packet goes to, by their words. @default none */
  readonly published?: ReadonlySet<string>;
  /** The interface towards an address, nothing for the host's own. @default that of the packet */
  readonly routeTo?: (address: string) => string | undefined;
}
