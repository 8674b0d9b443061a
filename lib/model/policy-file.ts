import * as z from "zod";
import { readAddressText } from "./address-text";
import type { AddressPolicy } from "./addresses";
import { backend, DEFAULT_BACKEND } from "./backend";
import { countryDatabaseName } from "./country-database";
import { conditionForms, portForm } from "./condition-forms";
import { isRecord } from "./document-reader";
import { show } from "./findings";
import { sshSettings } from "./inventory";
import { readProtocol } from "./ip-protocols";
import { linkForm } from "./links";
import { comment, interfaceName, objectName, zoneName } from "./names";
import { DOCKER_INTERFACES } from "./containers";
import { action, hostPolicy, zonePolicy } from "./policy";
import { readServiceText, SERVICE_FORMS } from "./service-text";
import type { ServicePolicy } from "./services";
import { silences } from "./finding-codes";
import { rollout } from "./rollout";
import { hostName, sshTarget } from "./target";

/** `x` and `[x, y]` are both lists. */
const listOf = <T extends z.ZodType>(element: T, least: string) =>
  z.preprocess(
    (given) => (Array.isArray(given) || given === undefined ? given : [given]),
    z.array(element).min(1, least),
  );

/** A list of addresses; `{ country: DE }` and `{ country: [DE, AT] }` stand for the texts `country:DE`, `country:AT`. */
const addressListOf = <T extends z.ZodType>(element: T, least: string) =>
  z.preprocess(
    (given) => (given === undefined ? given : asList(given).flatMap(countryTexts)),
    z.array(element).min(1, least),
  );

const asList = (given: unknown): unknown[] => (Array.isArray(given) ? given : [given]);

function countryTexts(given: unknown): unknown[] {
  if (!isRecord(given) || Object.keys(given).join() !== "country") return [given];
  return asList(given["country"]).map((code) => `country:${String(code)}`);
}

/** `gre`, `47` */
const protocolForm = z.unknown().transform((given, context): number => {
  const read = readProtocol(given);
  if (typeof read === "number") return read;
  const message = [`${read.problem}. Allowed: ${read.allowed ?? ""}`, read.fix].filter(Boolean).join(". ");
  context.issues.push({ code: "custom", message, params: { sentence: true }, input: given });
  return z.NEVER;
});

const interfaceForm = z.preprocess(
  (given) => (typeof given === "string" ? { name: given } : given),
  z.strictObject({
    name: interfaceName,
    dhcp: z.boolean().default(false),
    protocols: listOf(protocolForm, "at least one protocol").optional(),
  }),
);

type Complain = (message: string) => void;

/** A text that a reader of ours understands; its complaint is told as it is. */
const readBy = <T>(read: (text: string, complain: Complain) => T | undefined) =>
  z.string().transform((text, context): T => {
    const complain = (message: string) =>
      context.issues.push({ code: "custom", message, params: { sentence: true }, input: text });
    return read(text, complain) ?? z.NEVER;
  });

const ADDRESS_FORMS =
  "an address or network, such as `203.0.113.0/24` or `2001:db8::/32`, `country:DE`, or the name of an address";

/** A member of an address: what it is itself, or the name of another address. */
const addressForm = readBy((text, complain): AddressPolicy | string | undefined => {
  const read = readAddressText(text);
  if (read === undefined) {
    if (objectName.safeParse(text).success) return text;
    complain(`${show(text)} is not ${ADDRESS_FORMS}`);
  } else if ("problem" in read) complain([read.problem, read.fix].filter(Boolean).join(": "));
  else return read.policy;
  return undefined;
});

/** A part of a service: ports and the like themselves, or the name of another service. */
const serviceForm = readBy((text, complain): ServicePolicy | string | undefined => {
  const read = readServiceText(text);
  if (read === undefined) {
    if (objectName.safeParse(text).success) return text;
    complain(`${show(text)} is no name of a service, and none of ${SERVICE_FORMS}`);
  } else if ("problem" in read) complain(`${read.problem}: ${read.allowed ?? ""}`);
  else return read;
  return undefined;
});

const named = listOf(z.string(), "at least one name");
const addressesNamed = addressListOf(z.string(), "at least one address");

/** What narrows an entry, or says more of it, whichever its kind is. */
const commonForm = {
  source: addressesNamed.optional(),
  exceptSource: addressesNamed.optional(),
  exceptDestination: addressesNamed.optional(),
  ...conditionForms,
  comment: comment.optional(),
  silence: silences.optional(),
};

export const ruleForm = z.strictObject({
  accept: named.optional(),
  "accept+nat": named.optional(),
  reject: named.optional(),
  drop: named.optional(),
  /** Known here to tell of an entry with several actions. */
  forward: named.optional(),
  from: z.string(),
  to: z.string(),
  destination: addressesNamed.optional(),
  snat: addressesNamed.optional(),
  link: linkForm.optional(),
  ...commonForm,
});

export const forwardForm = z.strictObject({
  forward: named,
  from: z.string(),
  to: addressesNamed,
  port: portForm.optional(),
  at: addressesNamed.optional(),
  hairpin: named.optional(),
  ...commonForm,
});

/** An entry that has also an action is read as a rule, which tells of both. */
export function isForwardForm(given: unknown): boolean {
  return isRecord(given) && "forward" in given && !action.options.some((name) => name in given);
}

/** A zone by its interfaces alone. */
export const zoneForm = listOf(interfaceForm, "at least one interface").transform(
  (interfaces): z.infer<typeof wholeZoneForm> => ({ interfaces }),
);
/** `ext: { interfaces: [eth0], default: drop }`, `docker: { containers: closed }` */
export const wholeZoneForm = z.preprocess(
  (given) =>
    typeof given === "object" && given !== null && "containers" in given
      ? { interfaces: DOCKER_INTERFACES, ...given }
      : given,
  z.strictObject({
    interfaces: listOf(interfaceForm, "at least one interface"),
    default: zonePolicy.shape.default,
    containers: zonePolicy.shape.containers,
    silence: silences.optional(),
  }),
);
/** `office: [203.0.113.0/24, 2001:db8:1::/48]`, `dach: { country: [DE, AT, CH] }` */
export const addressesForm = addressListOf(addressForm, "at least one address");
/** `metrics: tcp/9100`, `web: [http, https, tcp/8080-8090]`, `all: [web, metrics, icmp/8]` */
export const servicesForm = listOf(serviceForm, "at least one service");

/** What is expected of packets: `{ accepted: https, from: ext }`. */
export const expectationForm = z.strictObject({
  accepted: named.optional(),
  refused: named.optional(),
  from: z.string().optional(),
  to: z.string().default("host"),
  source: named.optional(),
  destination: named.optional(),
  live: z
    .union([
      z.boolean(),
      z.strictObject({ by: z.string().default("deployer"), address: sshTarget.shape.address.optional() }),
    ])
    .optional(),
});

/** What the rules of a host are held against. */
const reviewForms = {
  managedFrom: named.optional(),
  allowLockout: z.boolean().optional(),
  /** `[redis]`, or with the zones in which they may be open: `{ redis: [lan] }`. */
  private: z
    .preprocess(
      (given) => (Array.isArray(given) ? Object.fromEntries(given.map((name) => [String(name), []])) : given),
      z.record(
        z.string(),
        z.preprocess((zones) => zones ?? [], z.union([zoneName.transform((one) => [one]), z.array(zoneName)])),
      ),
    )
    .optional(),
  silence: silences.optional(),
  expect: z.array(expectationForm).optional(),
};

const parts = z.record(z.string(), z.unknown()).default({});

/** One host as people write it; docs/policy.md tells the form. Its parts have forms of their own, above. */
export const hostForm = z.strictObject({
  host: hostName,
  groups: hostPolicy.shape.groups,
  /** @default the host's name */
  address: sshTarget.shape.address.optional(),
  ssh: sshSettings.default({}),
  backend: backend.default(DEFAULT_BACKEND),
  install: hostPolicy.shape.install,
  invalid: hostPolicy.shape.invalid,
  countryDatabase: countryDatabaseName.optional(),
  zones: parts,
  addresses: parts,
  services: parts,
  entries: z.array(z.unknown()).default([]),
  ...reviewForms,
});

/** Objects that all hosts of a file can name. */
export const sharedForm = z.strictObject({
  hosts: z.array(z.unknown()).min(1, "at least one host"),
  rollout: rollout.optional(),
  countryDatabase: countryDatabaseName.optional(),
  addresses: parts,
  services: parts,
});

export const NAMES = { zones: zoneName, addresses: objectName, services: objectName } as const;

export type HostForm = z.infer<typeof hostForm>;
export type ExpectationForm = z.infer<typeof expectationForm>;
export type RuleForm = z.infer<typeof ruleForm>;
export type ForwardForm = z.infer<typeof forwardForm>;
