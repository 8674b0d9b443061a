import { z } from "zod";
import { addressPolicy, type AddressPolicy } from "./addresses";
import { comment, interfaceName, objectName, zoneName } from "./names";
import { origin, type Origin } from "./origin";
import { servicePolicy, type ServicePolicy } from "./services";
import { hostName, sshTarget, type SshTarget } from "./target";

/** The version of this document. A reader refuses what it does not know. */
export const POLICY_FORMAT = 1;

export const interfacePolicy = z.strictObject({
  name: interfaceName,
  /** Whether the host gets its address on it by DHCP, whose answers are then let in. */
  dhcp: z.boolean().default(false),
  origin: origin.optional(),
});

export const zonePolicy = z.strictObject({
  name: zoneName,
  interfaces: z.array(interfacePolicy).min(1, "at least one interface"),
  origin: origin.optional(),
});

/**
 * A side of an entry: the machine itself, a zone by name, or `all`, which means the host and every zone and is allowed
 * as a destination only.
 */
export const endpoint = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("host") }),
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("zone"), name: zoneName }),
]);

export const action = z.enum(["accept", "accept+nat", "reject", "drop"]);

/** The kernel's interface that the rules are made for. */
export const backend = z.enum(["iptables", "nftables"]);

export const ruleEntry = z.strictObject({
  kind: z.literal("rule"),
  action,
  from: endpoint,
  to: endpoint,
  /** Names of `addresses`; none means any. */
  source: z.array(objectName).default([]),
  /** Names of `addresses`; none means any. */
  destination: z.array(objectName).default([]),
  /** Names of `services`; none means all services. */
  services: z.array(objectName).default([]),
  comment: comment.optional(),
  origin,
});

export const hostPolicy = z.strictObject({
  format: z.literal(POLICY_FORMAT),
  host: hostName,
  /** The construct path of the host. */
  path: z.string(),
  backend: backend.default("iptables"),
  target: sshTarget,
  zones: z.array(zonePolicy),
  addresses: z.record(objectName, addressPolicy).default({}),
  services: z.record(objectName, servicePolicy).default({}),
  /** The first one that matches a packet decides. */
  entries: z.array(ruleEntry),
});

export type Backend = z.infer<typeof backend>;
export type Action = z.infer<typeof action>;
export type Endpoint =
  Readonly<{ kind: "host" }> | Readonly<{ kind: "all" }> | Readonly<{ kind: "zone"; name: string }>;
export type InterfacePolicy = Readonly<{ name: string; dhcp: boolean; origin?: Origin | undefined }>;
export type ZonePolicy = Readonly<{
  name: string;
  interfaces: readonly InterfacePolicy[];
  origin?: Origin | undefined;
}>;
export type RuleEntry = Readonly<{
  kind: "rule";
  action: Action;
  from: Endpoint;
  to: Endpoint;
  source: readonly string[];
  destination: readonly string[];
  services: readonly string[];
  comment?: string | undefined;
  origin: Origin;
}>;
export type Entry = RuleEntry;

/** All that decides one host's firewall, as plain data: the constructs' product and the compiler's input. */
export type HostPolicy = Readonly<{
  format: typeof POLICY_FORMAT;
  host: string;
  path: string;
  backend: Backend;
  target: SshTarget;
  zones: readonly ZonePolicy[];
  addresses: Readonly<Record<string, AddressPolicy>>;
  services: Readonly<Record<string, ServicePolicy>>;
  entries: readonly Entry[];
}>;
