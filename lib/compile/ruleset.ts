import type { Family } from "../model/addresses";
import type { Log, Rate, Raw } from "../model/conditions";
import type { ContainerSelector } from "../model/containers";
import type { Origin } from "../model/origin";
import type { IcmpType, PortProtocol, PortRange } from "../model/services";

/**
 * The intermediate form: family-neutral chains of rules, as a packet walks them. Renderers print it, analysis asks it;
 * nobody changes it. Every match and verdict has a literal `kind`; a new one does not compile until every visitor
 * knows it.
 *
 *     hook input ───→ input ──→ input/ZONE ──→ tail      (per zone, by the interface that a packet came in by)
 *     hook forward ─→ forward ─→ forward/ZONE ──→ forward/ZONE/ZONE ──→ tail
 *     hook output ──→ output ──→ output/ZONE             (only where a policy has outbound rules)
 *     hook prerouting → prerouting                       (port forwards: the destination is changed)
 *     hook postrouting → masquerade                      (the source is changed)
 */
export interface Ruleset {
  readonly host: string;
  /** The bridges of Docker's networks, where a policy has a zone of them: names or patterns; and who is linked there. */
  readonly docker?: { readonly bridges: readonly string[]; readonly links: readonly Link[] };
  readonly sets: readonly AddressSet[];
  readonly chains: readonly Chain[];
}

/** Containers that find others by a name. It is the host's to see to it that they do. */
export interface Link {
  readonly from: ContainerSelector;
  readonly to: ContainerSelector;
  readonly name: string;
}

/** Addresses that a match refers to by name. A family without elements matches no packet of that family. */
export interface AddressSet {
  readonly name: string;
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  /** Whether a match asks for an address outside of it. */
  readonly excepted?: boolean;
  /** The containers whose addresses the host itself fills in, as they come and go: empty until it has. */
  readonly live?: ContainerSelector;
}

export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

export interface Chain {
  /** Unique in the ruleset, such as `forward/ext/lan`. Renderers make a legal name of it. */
  readonly name: string;
  /** Where the kernel enters it; other chains are jumped to. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface Rule {
  /** @default both families, as far as the matches have something of it */
  readonly family?: Family;
  readonly matches: readonly Match[];
  readonly verdict: Verdict;
  readonly origin: RuleOrigin;
  /** Where it stands for many entries: what each of them named, in their order. */
  readonly entries?: readonly Pair[];
  /** Left out at load on a host where this interface is a bridge: only the host knows. */
  readonly unlessBridge?: string;
}

/** A user's entry, or what the language itself implies. */
export type RuleOrigin =
  | { readonly kind: "entry"; readonly origin: Origin; readonly words: string }
  | { readonly kind: "implicit"; readonly reason: string };

export type ConntrackState = "new" | "established" | "related" | "invalid";

export type Match =
  | { readonly kind: "in-interface"; readonly name: string }
  | { readonly kind: "out-interface"; readonly name: string }
  | {
      readonly kind: "address";
      readonly side: "source" | "destination";
      readonly set: string;
      /** Whether the address must be none of the set's. */
      readonly except?: boolean;
    }
  | { readonly kind: "protocol"; readonly number: number }
  | {
      readonly kind: "ports";
      readonly side: "source" | "destination";
      readonly protocol: PortProtocol;
      readonly ranges: readonly PortRange[];
    }
  | { readonly kind: "icmp"; readonly family: Family; readonly types: readonly IcmpType[] }
  | { readonly kind: "conntrack-state"; readonly states: readonly ConntrackState[] }
  /** Whether the destination was changed by a port forward. */
  | { readonly kind: "forwarded"; readonly is: boolean }
  | { readonly kind: "destination-type"; readonly type: "broadcast" | "multicast" | "local"; readonly except?: boolean }
  /** Whether the source is to be changed; to that address, where a number is told. */
  | { readonly kind: "masquerade-mark"; readonly source?: number }
  /** As long as packets come no faster. `name` tells the counts of several limits apart. */
  | {
      readonly kind: "limit";
      readonly name: string;
      readonly rate: Rate;
      readonly burst: number;
      readonly perSource: boolean;
    }
  /** As long as no more connections are open by this rule in a family. */
  | { readonly kind: "connections"; readonly name: string; readonly most: number; readonly perSource: boolean }
  /** Until a moment in UTC: `2027-01-31T23:59:59Z`. */
  | { readonly kind: "before"; readonly moment: string }
  | { readonly kind: "raw"; readonly raw: Raw }
  /**
   * Whether Docker publishes the port that the packet goes to, for one of these containers: the container's own port, or
   * the host's. The host itself fills in which those are.
   */
  | { readonly kind: "published"; readonly container: ContainerSelector; readonly at: "container" | "host" }
  /** The port that the packet was sent to before a port forward changed it. */
  | { readonly kind: "asked-ports"; readonly protocol: PortProtocol; readonly ranges: readonly PortRange[] }
  /** One of many: a source address together with a destination port. No two of them overlap. */
  | { readonly kind: "pairs"; readonly name: string; readonly pairs: readonly Pair[] };

/** A source and a destination port, and the entry that named them. */
export interface Pair {
  readonly family: Family;
  readonly address: string;
  readonly protocol: PortProtocol;
  readonly ports: PortRange;
  readonly origin: RuleOrigin;
}

export type Verdict =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  /** Ends the walk without a decision: what others have loaded decides. */
  | { readonly kind: "leave" }
  | { readonly kind: "reject"; readonly answer: RejectAnswer }
  /** Walks the chain and comes back where it decides nothing. */
  | { readonly kind: "jump"; readonly chain: string }
  /** Walks the chain and leaves this one for good. */
  | { readonly kind: "goto"; readonly chain: string }
  /**
   * Sets the masquerade bit of the packet's mark, and goes on with the next rule. `source` is the number of an address
   * to put in, from 1 to 15; 0 is that of the interface, where a ruleset has any numbers.
   */
  | { readonly kind: "mark-masquerade"; readonly source?: number }
  | { readonly kind: "masquerade" }
  /** Changes the source to an address of the packet's family. */
  | { readonly kind: "snat"; readonly v4?: string; readonly v6?: string }
  /** Changes the destination to an address of the packet's family, and the port where one is given. */
  | { readonly kind: "dnat"; readonly v4?: string; readonly v6?: string; readonly port?: number }
  /** Writes a line to the kernel's log, and goes on with the next rule. */
  | { readonly kind: "log"; readonly prefix: string; readonly level: Log["level"] };

/** What a refused sender is told. `port-unreachable` and the like are the ICMP or ICMPv6 code of the packet's family. */
export type RejectAnswer = "tcp-reset" | "port-unreachable" | "host-unreachable" | "admin-prohibited";

/** IANA protocol numbers that the language itself speaks of. */
export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, ah: 51, icmpv6: 58, sctp: 132 } as const;
