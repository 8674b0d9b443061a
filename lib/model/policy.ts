import * as z from "zod";
import { addressOf, addressPolicy, type AddressPolicy } from "./addresses";
import { backend, DEFAULT_BACKEND, type Backend } from "./backend";
import { conditions, type Conditions } from "./conditions";
import { countryDatabaseName } from "./country-database";
import { endpoint, type Endpoint } from "./endpoint";
import { silences, type Silences } from "./finding-codes";
import { linkName } from "./links";
import { comment, interfaceName, objectName, serviceName, zoneName } from "./names";
import { origin, type Origin } from "./origin";
import { review, type Review } from "./review";
import { portRange, protocolNumber, servicePolicy, type PortRange, type ServicePolicy } from "./services";
import { hostName, sshTarget, type SshTarget } from "./target";

/** The version of this document. A reader refuses what it does not know. */
export const POLICY_FORMAT = 1;

export const interfacePolicy = z.strictObject({
  name: interfaceName,
  /** Whether the host gets its address on it by DHCP, whose answers are then let in. */
  dhcp: z.boolean().default(false),
  /** IP protocols, by their IANA numbers, that the host itself accepts on it from everybody: GRE, OSPF, ESP, … */
  protocols: z.array(protocolNumber).min(1).optional(),
  origin: origin.optional(),
});

export const zonePolicy = z.strictObject({
  name: zoneName,
  interfaces: z.array(interfacePolicy).min(1, "at least one interface"),
  /** What becomes of packets from this zone that no entry decides. ICMP is accepted before that. */
  default: z.enum(["accept", "reject", "drop"]).optional(),
  /**
   * Whether Docker's containers are behind its interfaces. Then `open` leaves to Docker what no entry decides of the
   * packets from and to them; else they get what the entries open, and nothing more.
   */
  containers: z.enum(["closed", "open"]).optional(),
  /** Findings about what comes from this zone that are known and meant. */
  silence: silences.optional(),
  origin: origin.optional(),
});

/** One machine's address: no network. */
const hostAddress = (family: 4 | 6) =>
  addressOf(family).refine((text) => !text.includes("/"), "one address, no network");

export const action = z.enum(["accept", "accept+nat", "reject", "drop"]);

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
  services: z.array(serviceName).default([]),
  /**
   * Towards containers: `all` opens every port that Docker publishes for them, `services` those of them that the services
   * name, by the port on the host. Without, services are the containers' own ports.
   */
  published: z.enum(["all", "services"]).optional(),
  /** Between containers: the name by which the source finds the destination. */
  link: linkName.optional(),
  /** With `accept+nat`: the source address to put in, instead of that of the interface. */
  snat: z.strictObject({ v4: hostAddress(4).optional(), v6: hostAddress(6).optional() }).optional(),
  ...conditions,
  comment: comment.optional(),
  /** Findings about this entry that are known and meant. */
  silence: silences.optional(),
  origin,
});

/**
 * A port forward: what is addressed to the host goes to a machine behind it. It opens its own way, at its place in the
 * list.
 */
export const forwardEntry = z.strictObject({
  kind: z.literal("forward"),
  /** The zone that packets come from. */
  from: endpoint,
  /** Names of `addresses` that packets are addressed to; none means every address of the host. */
  external: z.array(objectName).default([]),
  /** Names of `addresses`; none means any. */
  source: z.array(objectName).default([]),
  /** Names of `services`, with `targetPorts` all of them with ports; none means every protocol and port. */
  services: z.array(serviceName).default([]),
  /** The machine behind. A family that is left out is not forwarded. */
  target: z
    .strictObject({ v4: hostAddress(4).optional(), v6: hostAddress(6).optional() })
    .refine(({ v4, v6 }) => v4 !== undefined || v6 !== undefined, "an address of the machine behind"),
  /** The port, or the first and last of as many as the service has, that it listens on. @default the same */
  targetPorts: portRange.optional(),
  /** Zones inside, whose machines reach the target by the external address as well. */
  hairpin: z.array(zoneName).default([]),
  ...conditions,
  comment: comment.optional(),
  /** Findings about this entry that are known and meant. */
  silence: silences.optional(),
  origin,
});

export const entry = z.discriminatedUnion("kind", [ruleEntry, forwardEntry]);

export const hostPolicy = z.strictObject({
  format: z.literal(POLICY_FORMAT),
  host: hostName,
  /** The construct path of the host. */
  path: z.string(),
  /** The groups that list it: commands and rollouts pick hosts by them. They change nothing on the host. */
  groups: z.array(objectName).optional(),
  backend: backend.default(DEFAULT_BACKEND),
  /** Whether a deployment installs what the backend needs and the host lacks. It changes no rules. @default false */
  install: z.boolean().optional(),
  target: sshTarget,
  zones: z.array(zonePolicy),
  addresses: z.record(objectName, addressPolicy).default({}),
  services: z.record(serviceName, servicePolicy).default({}),
  /** The first one that matches a packet decides. */
  entries: z.array(entry),
  /** What becomes of packets that conntrack can make nothing of. @default drop */
  invalid: z.enum(["drop", "ignore"]).optional(),
  /** What the rules are held against; it changes nothing on the host. */
  review: review.optional(),
  /** Where the networks of countries are read. @default `@ip-location-db/asn-country` */
  countryDatabase: countryDatabaseName.optional(),
});

export type Action = z.infer<typeof action>;
export type { Backend } from "./backend";
export type { Endpoint } from "./endpoint";
export type InterfacePolicy = Readonly<{
  name: string;
  dhcp: boolean;
  protocols?: readonly number[] | undefined;
  origin?: Origin | undefined;
}>;
/** One address, or one of each family. */
export type HostAddress = Readonly<{ v4?: string | undefined; v6?: string | undefined }>;
export type ZonePolicy = Readonly<{
  name: string;
  interfaces: readonly InterfacePolicy[];
  default?: "accept" | "reject" | "drop" | undefined;
  silence?: Silences | undefined;
  containers?: "closed" | "open" | undefined;
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
  published?: "all" | "services" | undefined;
  link?: string | undefined;
  snat?: HostAddress | undefined;
  comment?: string | undefined;
  silence?: Silences | undefined;
  origin: Origin;
}> &
  Conditions;
export type ForwardEntry = Readonly<{
  kind: "forward";
  from: Endpoint;
  external: readonly string[];
  source: readonly string[];
  services: readonly string[];
  target: HostAddress;
  targetPorts?: PortRange | undefined;
  hairpin: readonly string[];
  comment?: string | undefined;
  silence?: Silences | undefined;
  origin: Origin;
}> &
  Conditions;
export type Entry = RuleEntry | ForwardEntry;

/** All that decides one host's firewall, as plain data: the constructs' product and the compiler's input. */
export type HostPolicy = Readonly<{
  format: typeof POLICY_FORMAT;
  host: string;
  path: string;
  groups?: readonly string[] | undefined;
  backend: Backend;
  install?: boolean | undefined;
  target: SshTarget;
  zones: readonly ZonePolicy[];
  addresses: Readonly<Record<string, AddressPolicy>>;
  services: Readonly<Record<string, ServicePolicy>>;
  entries: readonly Entry[];
  invalid?: "drop" | "ignore" | undefined;
  review?: Review | undefined;
  countryDatabase?: string | undefined;
}>;
