import type { Family } from "../model/addresses";
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
 *     hook postrouting → masquerade
 */
export interface Ruleset {
  readonly host: string;
  readonly sets: readonly AddressSet[];
  readonly chains: readonly Chain[];
}

/** Addresses that a match refers to by name. A family without elements matches no packet of that family. */
export interface AddressSet {
  readonly name: string;
  readonly v4: readonly string[];
  readonly v6: readonly string[];
}

export type Hook = "input" | "forward" | "output" | "postrouting";

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
  | { readonly kind: "address"; readonly side: "source" | "destination"; readonly set: string }
  | { readonly kind: "protocol"; readonly number: number }
  | {
      readonly kind: "ports";
      readonly side: "source" | "destination";
      readonly protocol: PortProtocol;
      readonly ranges: readonly PortRange[];
    }
  | { readonly kind: "icmp"; readonly family: Family; readonly types: readonly IcmpType[] }
  | { readonly kind: "conntrack-state"; readonly states: readonly ConntrackState[] }
  | { readonly kind: "destination-type"; readonly type: "broadcast" | "multicast" }
  | { readonly kind: "masquerade-mark" };

export type Verdict =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "reject"; readonly answer: RejectAnswer }
  /** Walks the chain and comes back where it decides nothing. */
  | { readonly kind: "jump"; readonly chain: string }
  /** Walks the chain and leaves this one for good. */
  | { readonly kind: "goto"; readonly chain: string }
  /** Sets the masquerade bit of the packet's mark, and goes on with the next rule. */
  | { readonly kind: "mark-masquerade" }
  | { readonly kind: "masquerade" };

/** What a refused sender is told. `port-unreachable` and the like are the ICMP or ICMPv6 code of the packet's family. */
export type RejectAnswer = "tcp-reset" | "port-unreachable" | "host-unreachable" | "admin-prohibited";

/** IANA protocol numbers that the language itself speaks of. */
export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, ah: 51, icmpv6: 58, sctp: 132 } as const;
