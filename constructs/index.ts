/** What a program imports from `cdkfw`. `docs/policy.md` tells what it all means. */
export { Address, type AddressProps, type CountryAddress } from "./address";
export type { ConditionProps, ConnectionsProps, LimitProps, LogProps, Rate, RawProps } from "./condition-props";
export { Container, type ContainerLike } from "./container";
export { ContainerRules, type DockerFwFileProps } from "./container-rules";
export type { ExpectProps, Expecting, LiveProps, PacketProps } from "./expectation";
export { Fleet, type FleetProps, type PrivateProps } from "./fleet";
export type { ForwardProps } from "./forward";
export { Host } from "./host";
export type { HostProps } from "./host-props";
export { Interface, type InterfaceProps } from "./interface";
export type { ManagementProps } from "./host-review";
export { Inventory } from "./inventory";
export {
  ALL,
  type AddressLike,
  type NatRuleProps,
  type OneMachine,
  type RuleProps,
  type RuleWithActionProps,
  type ServiceLike,
} from "./rule";
export { Service, type IcmpProps, type IcmpTypeLike, type PortLike } from "./service";
export { Zone, type ContainerZoneProps, type ZoneProps } from "./zone";

export type { CountryCode } from "../lib/model/country-codes";
export type { FindingCode, Level, Silences } from "../lib/model/finding-codes";
export { levelOf, printFinding, type Finding } from "../lib/model/findings";
export { FindingsError } from "../lib/model/findings-error";
export type { ContainerSelector } from "../lib/model/containers";
export type { InventoryInput } from "../lib/model/inventory";
export type { InventoryNode, Json } from "../lib/model/inventory-node";
export type { Action, Backend, Entry, HostPolicy } from "../lib/model/policy";
export type { RolloutSettings } from "../lib/model/rollout";
export type { Origin } from "../lib/model/origin";
export { UserError } from "../lib/model/user-error";
