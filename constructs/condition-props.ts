import type { Silences } from "../lib/model/finding-codes";
import type { AddressLike } from "./rule";
import type { PortLike } from "./service";

/** So many in a second, a minute, an hour or a day, such as `10/minute`; at most 10000. */
export type Rate = `${number}/${"second" | "minute" | "hour" | "day"}`;

/** How the packets of an entry are logged, by the kernel. */
export interface LogProps {
  /** Put before every line: at most 28 letters, digits, spaces and `_ . , : ; ( ) [ ] / = + -`. @default the action, as in `drop: ` */
  readonly prefix?: string | undefined;
  /** @default `info` */
  readonly level?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | undefined;
  /** Lines above this rate are not written. @default `10/minute` */
  readonly rate?: Rate | undefined;
}

/** How often an entry matches. */
export interface LimitProps {
  readonly rate: Rate;
  /** How many packets may come at once before the rate counts: 1 to 10000. @default 5 */
  readonly burst?: number | undefined;
  /** Whether every source address has a limit of its own. @default false: one for all */
  readonly perSource?: boolean | undefined;
}

/** For how many connections at the same time an entry matches. */
export interface ConnectionsProps {
  /** Connections that may be open at the same time: 1 to 1000000. */
  readonly most: number;
  /** Whether every source address has a count of its own. @default false: one for all */
  readonly perSource?: boolean | undefined;
}

/** A match in a backend's own words, for what the language lacks. It can narrow an entry, and nothing else. */
export interface RawProps {
  /** Words of iptables, each a member: `["-m", "length", "--length", "0:100"]`. @default none: no host with iptables can use the rule */
  readonly iptables?: readonly string[] | undefined;
  /** An expression of nft: `meta length 0-100`. @default none: no host with nftables can use the rule */
  readonly nftables?: string | undefined;
}

/** What narrows an entry beside its addresses and services, and what it does beside its action. */
export interface ConditionProps {
  /** The source must be none of these. @default none */
  readonly exceptSource?: AddressLike | readonly AddressLike[];
  /** The destination must be none of these. @default none */
  readonly exceptDestination?: AddressLike | readonly AddressLike[];
  /** A source port, or the first and last of a range. With no service named, it is one of TCP or UDP. @default any */
  readonly sourcePort?: PortLike;
  /** The same as `sourcePort`, as a list: one of them. @default any */
  readonly sourcePorts?: readonly PortLike[];
  /**
   * Whether the kernel logs the packets that the entry decides, and how. Refused broadcasts and multicasts are not
   * logged. @default false
   */
  readonly log?: boolean | LogProps | undefined;
  /** The entry matches only as often as this; what is above goes on to the next entries. @default no limit */
  readonly limit?: Rate | LimitProps;
  /** The entry matches only while so many connections or fewer are open by it; others go on to the next entries. @default no limit */
  readonly connections?: number | ConnectionsProps;
  /**
   * When the entry ends: a day (`2027-01-31`, through its last second) or a second (`2027-01-31T12:00:00Z`), in UTC and
   * before 2038. The kernel itself stops matching then, without a deployment. @default never
   */
  readonly expires?: string;
  /** A match in the words of the host's backend. @default none */
  readonly raw?: RawProps;
  /**
   * Findings about the entry that are known and meant, each with the reason: `{ "never-matches": "kept for the audit" }`.
   * @default none
   */
  readonly silence?: Silences | undefined;
}
