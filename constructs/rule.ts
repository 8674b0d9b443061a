import type { Action } from "../lib/model/policy";
import type { Address } from "./address";
import type { ConditionProps } from "./condition-props";
import type { Container } from "./container";
import type { Host } from "./host";
import type { Service } from "./service";
import type { Zone } from "./zone";

/**
 * As a destination, the host itself and every zone.
 *
 * ```ts
 * host.reject({ from: ext, to: ALL });
 * ```
 */
export const ALL = "all";

/** An `Address`, the name of one, `"any"`, or an address or network such as `"203.0.113.0/24"`. */
export type AddressLike = Address | string;

/** One machine: its address, one of each family, or an `Address` (or its name) that holds no more than that. */
export type OneMachine = AddressLike | readonly AddressLike[];

/** A `Service`, the name of one (`"https"`), `"all"`, or ports such as `"tcp/8443"`, `"udp/8000-8100"`. */
export type ServiceLike = Service | string;

/**
 * One entry of a host's list, of which the first that matches a packet decides.
 *
 * ```ts
 * host.allow({ from: ext, to: host, source: ["office", "198.51.100.7"], services: ["ssh", "https"] });
 * ```
 */
export interface RuleProps extends ConditionProps {
  /** Where packets come from: a zone of this host, its name, a container, or the host itself (`"host"`) for what it sends. */
  readonly from: Zone | Host | Container | string;
  /** Where packets go to: a zone of this host, its name, a container, the host itself (`"host"`), or `ALL`. */
  readonly to: Zone | Host | Container | string;
  /** @default any */
  readonly source?: AddressLike | readonly AddressLike[];
  /** @default any */
  readonly destination?: AddressLike | readonly AddressLike[];
  /** @default all services */
  readonly service?: ServiceLike | readonly ServiceLike[];
  /** The same as `service`; what both name is joined. @default all services */
  readonly services?: ServiceLike | readonly ServiceLike[];
  /**
   * Every port that Docker publishes for the containers in `to`, also those that it picks itself, instead of services.
   * @default false
   */
  readonly published?: boolean | undefined;
  /**
   * Between containers: whether the source finds the destination by name, and by which one. `true` is the destination's own
   * name. Where Docker's DNS does not tell it, the host writes it into the hosts file of the source.
   * @default false
   */
  readonly link?: boolean | string | undefined;
  /** Words for the reader of a plan: at most 200 printable characters on one line. @default none */
  readonly comment?: string | undefined;
  /**
   * The last part of the rule's path, by which plans, logs and counters name it; unique on the host.
   * @default from the action and the services, such as `allow-ssh`, the next one being `allow-ssh-2`
   */
  readonly id?: string | undefined;
}

/** A rule that accepts and translates. */
export interface NatRuleProps extends RuleProps {
  /**
   * The source address that packets get when they leave: one, or one of each family. Packets of a family that it has
   * none of get that of the interface. @default the address of the interface (masquerading)
   */
  readonly snat?: OneMachine | undefined;
}

/** A rule with its action beside its other properties. `snat` is for `accept+nat`. */
export interface RuleWithActionProps extends NatRuleProps {
  /** `accept`, `accept+nat` (accept and masquerade), `reject` (with an answer), or `drop` (without). */
  readonly action: Action;
}
