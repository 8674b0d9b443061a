import type { ConditionProps } from "./condition-props";
import type { Container } from "./container";
import type { AddressLike, OneMachine, ServiceLike } from "./rule";
import type { PortLike } from "./service";
import type { Zone } from "./zone";

/**
 * A port forward: what is addressed to the host goes to a machine behind it. It is an entry of the host's list like a
 * rule, and lets through at its place what it forwards; a rule to accept it is not needed.
 *
 * ```ts
 * host.forward({ from: ext, service: Service.HTTPS, to: "10.0.0.5" });
 * host.forward({ from: ext, service: Service.HTTP, to: host.container("web") });
 * host.forward({ from: ext, service: "tcp/8022", to: ["10.0.0.5", "fd00::5"], port: 22, source: "office" });
 * host.forward({ from: ext, at: "203.0.113.80", services: ["http", "https"], to: "10.0.0.5", hairpin: lan });
 * ```
 */
export interface ForwardProps extends ConditionProps {
  /** The zone that packets come from. */
  readonly from: Zone | string;
  /**
   * The machine behind. A family of which it has no address is not forwarded. Or a container, for which Docker publishes
   * the services: then it is Docker that forwards, to the ports that it was told, and the entry opens the way.
   */
  readonly to: OneMachine | Container;
  /** @default all services: every protocol and port */
  readonly service?: ServiceLike | readonly ServiceLike[];
  /** The same as `service`; what both name is joined. @default all services */
  readonly services?: ServiceLike | readonly ServiceLike[];
  /**
   * The port that the machine listens on, or the first and last of as many as the service has, at most 256.
   * @default the same as the packet asks for
   */
  readonly port?: PortLike | undefined;
  /** The addresses that packets are addressed to. @default every address of the host */
  readonly at?: AddressLike | readonly AddressLike[];
  /** Who may use it. @default any */
  readonly source?: AddressLike | readonly AddressLike[];
  /**
   * Zones inside, whose machines reach the target by the external address as well. Give `at` with it: without, it also
   * takes what those machines send to the host's address on their side.
   * @default none
   */
  readonly hairpin?: Zone | string | readonly (Zone | string)[] | undefined;
  /** Words for the reader of a plan: at most 200 printable characters on one line. @default none */
  readonly comment?: string | undefined;
  /**
   * The last part of the entry's path, by which plans, logs and counters name it; unique on the host.
   * @default from the services, such as `forward-https`, the next one being `forward-https-2`
   */
  readonly id?: string | undefined;
}
