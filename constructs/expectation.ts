import type { Host } from "./host";
import type { AddressLike, ServiceLike } from "./rule";
import type { Zone } from "./zone";

/** How an expectation is also asked of the real host. */
export interface LiveProps {
  /** Who sends the packet: the deployer, or another host of the fleet. @default the deployer, or the host given as `from` */
  readonly by?: Host | "deployer" | undefined;
  /** Where it is sent to. @default the host's own `address` */
  readonly address?: string | undefined;
}

/** Packets, by what they have in common. */
export interface PacketProps {
  /**
   * The zone that packets come from; the host itself (`"host"`) for what it sends; or another host of the fleet, whose
   * address is then the source. @default any zone: accepted by one of them, or refused by all
   */
  readonly from?: Zone | Host | string | undefined;
  /** A zone, or the host. @default the host itself */
  readonly to?: Zone | Host | string | undefined;
  /** @default any */
  readonly source?: AddressLike | readonly AddressLike[] | undefined;
  /** @default any */
  readonly destination?: AddressLike | readonly AddressLike[] | undefined;
  /** Every one of them. @default all services */
  readonly service?: ServiceLike | readonly ServiceLike[] | undefined;
  /** The same as `service`; what both name is joined. @default all services */
  readonly services?: ServiceLike | readonly ServiceLike[] | undefined;
}

/**
 * Packets of which all must be accepted, or all refused.
 *
 * ```ts
 * host.expect({ from: ext, service: Service.HTTPS }).accepted();
 * host.expect({ from: ext, services: ["redis", "postgresql"] }).refused();
 * host.expect({ from: lan, to: ext, source: "10.0.0.0/8", service: "https" }).accepted();
 * host.expect({ from: mgmt, service: "ssh", live: true }).accepted(); // also asked of the host, in the prove step
 * ```
 */
export interface ExpectProps extends PacketProps {
  /** Whether a deployment proves it by packets of its own, too. @default false */
  readonly live?: boolean | LiveProps | undefined;
}

/** What is expected of the packets that were named. */
export interface Expecting {
  /** Every one of them passes. */
  accepted(): void;
  /** None of them passes. */
  refused(): void;
}
