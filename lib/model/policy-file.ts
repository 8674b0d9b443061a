import { z } from "zod";
import { readAddressText } from "./address-text";
import type { AddressPolicy } from "./addresses";
import { sshSettings } from "./inventory";
import { comment, interfaceName, objectName, zoneName } from "./names";
import { backend } from "./policy";
import { libraryService } from "./service-library";
import { readServiceText, SERVICE_FORMS } from "./service-text";
import type { ServicePolicy } from "./services";
import { hostName, sshTarget } from "./target";

/** `x` and `[x, y]` are both lists. */
const listOf = <T extends z.ZodType>(element: T, least: string) =>
  z.preprocess(
    (given) => (Array.isArray(given) || given === undefined ? given : [given]),
    z.array(element).min(1, least),
  );

const interfaceForm = z.preprocess(
  (given) => (typeof given === "string" ? { name: given } : given),
  z.strictObject({ name: interfaceName, dhcp: z.boolean().default(false) }),
);

type Complain = (message: string) => void;

/** A text that a reader of ours understands; its complaint is told as it is. */
const readBy = <T>(read: (text: string, complain: Complain) => T | undefined) =>
  z.string().transform((text, context): T => {
    const complain = (message: string) =>
      context.issues.push({ code: "custom", message, params: { sentence: true }, input: text });
    return read(text, complain) ?? z.NEVER;
  });

const ADDRESS_FORMS = "an address or network, such as `203.0.113.0/24` or `2001:db8::/32`";

const addressForm = readBy((text, complain): AddressPolicy | undefined => {
  const read = readAddressText(text);
  if (read === undefined) complain(`\`${text.slice(0, 80)}\` is not ${ADDRESS_FORMS}`);
  else if ("problem" in read) complain([read.problem, read.fix].filter(Boolean).join(": "));
  else return read.policy;
  return undefined;
});

const serviceForm = readBy((text, complain): ServicePolicy | undefined => {
  const read = libraryService(text) ?? readServiceText(text);
  if (read === undefined)
    complain(`\`${text.slice(0, 80)}\` is no service of the library, and none of ${SERVICE_FORMS}`);
  else if ("problem" in read) complain(`${read.problem}: ${read.allowed ?? ""}`);
  else return read;
  return undefined;
});

const named = listOf(z.string(), "at least one name");

export const entryForm = z.strictObject({
  accept: named.optional(),
  "accept+nat": named.optional(),
  reject: named.optional(),
  drop: named.optional(),
  from: z.string(),
  to: z.string(),
  source: named.optional(),
  destination: named.optional(),
  comment: comment.optional(),
});

export const zoneForm = listOf(interfaceForm, "at least one interface");
/** `office: [203.0.113.0/24, 2001:db8:1::/48]` */
export const addressesForm = listOf(addressForm, "at least one address");
/** `metrics: tcp/9100`, `web: [http, https, tcp/8080-8090]` */
export const servicesForm = listOf(serviceForm, "at least one service");

const parts = z.record(z.string(), z.unknown()).default({});

/** One host as people write it; docs/policy.md tells the form. Its parts have forms of their own, above. */
export const hostForm = z.strictObject({
  host: hostName,
  /** @default the host's name */
  address: sshTarget.shape.address.optional(),
  ssh: sshSettings.default({}),
  backend: backend.default("iptables"),
  zones: parts,
  addresses: parts,
  services: parts,
  entries: z.array(z.unknown()).default([]),
});

/** Objects that all hosts of a file can name. */
export const sharedForm = z.strictObject({
  hosts: z.array(z.unknown()).min(1, "at least one host"),
  addresses: parts,
  services: parts,
});

export const NAMES = { zones: zoneName, addresses: objectName, services: objectName } as const;

export type HostForm = z.infer<typeof hostForm>;
export type EntryForm = z.infer<typeof entryForm>;
