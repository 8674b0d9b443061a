import * as z from "zod";
import { isRecord } from "./document-reader";
import { explainIssues } from "./explain-issues";
import { byPlace, nearestName, show, type Finding } from "./findings";
import { FindingsError } from "./findings-error";
import type { InventoryNode, Json } from "./inventory-node";
import { resolveJumps } from "./inventory-jumps";
import { objectName } from "./names";
import type { Origin } from "./origin";
import { rollout, type Rollout } from "./rollout";
import { unknownNamesOf } from "./rollout-names";
import { hostName, jumpHop, sshTarget } from "./target";
import { filesOf, type ResolveFile } from "./target-files";
import { asDocument, readYaml, type YamlDocument } from "./yaml-document";

const variables = z.record(z.string().min(1, "a name"), z.json()).default({});

const groupName = objectName.refine((name) => name.length > 0);

/** How hosts are reached. `jump` holds names of hosts of the inventory, addresses, or settings. */
export const sshSettings = z.strictObject({
  port: sshTarget.shape.port,
  user: sshTarget.shape.user,
  identityFiles: sshTarget.shape.identityFiles,
  knownHostsFiles: sshTarget.shape.knownHostsFiles,
  hostKeys: sshTarget.shape.hostKeys,
  jump: z.array(z.preprocess(asHop, jumpHop)).optional(),
  sudo: sshTarget.shape.sudo,
  connectTimeout: sshTarget.shape.connectTimeout,
});

const settings = { ssh: sshSettings.default({}), install: z.boolean().optional(), variables };

export const inventoryDocument = z.strictObject({
  defaults: z.strictObject(settings).default({ ssh: {}, variables: {} }),
  groups: z.record(groupName, orEmpty(z.strictObject(settings))).default({}),
  rollout: rollout.optional(),
  hosts: z.record(
    hostName,
    orEmpty(
      z.strictObject({
        /** @default the host's name */
        address: sshTarget.shape.address.optional(),
        groups: z.array(z.string()).default([]),
        ...settings,
      }),
    ),
  ),
});

export type InventoryDocument = z.infer<typeof inventoryDocument>;
/** An inventory as a program writes it: the same form as the file. */
export type InventoryInput = z.input<typeof inventoryDocument>;
export type SshSettings = z.infer<typeof sshSettings>;

/** `web-1:` with nothing behind it is a host that needs no settings. */
function orEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => value ?? {}, schema);
}

function asHop(value: unknown): unknown {
  return typeof value === "string" ? { address: value } : value;
}

/** The machines of an inventory and the names of its groups, both in the order of the document. */
export interface InventoryContent {
  readonly hosts: readonly InventoryNode[];
  readonly groups: readonly string[];
  readonly rollout?: Rollout;
}

/**
 * Reads an inventory in YAML or JSON.
 * @throws FindingsError `invalid-inventory` with all mistakes, each with its line and column
 */
export function parseInventory(text: string, file: string, resolveFile: ResolveFile): InventoryContent {
  const document = readYaml(text, file);
  const subject = `the inventory ${show(file)}`;
  if (document.findings.length > 0) throw new FindingsError("invalid-inventory", subject, document.findings);
  return readInventory(document, subject, resolveFile);
}

/** Reads an inventory that a program wrote, at the place that is told. Throws as `parseInventory`. */
export function inventoryFrom(value: unknown, resolveFile: ResolveFile, place?: Partial<Origin>): InventoryContent {
  return readInventory(asDocument(value, "inventory", place), "the inventory", resolveFile);
}

function readInventory(document: YamlDocument, subject: string, resolveFile: ResolveFile): InventoryContent {
  const fail = (findings: readonly Finding[]) => new FindingsError("invalid-inventory", subject, findings);
  const empty = emptiness(document.value);
  if (empty !== undefined) throw fail([{ ...empty, origin: document.originOf(["hosts"], "key") }]);

  const result = inventoryDocument.safeParse(document.value);
  const shape = result.success ? [] : shapeFindings(document, result.error.issues);
  const findings = [...shape, ...unknownGroups(document)];
  if (!result.success || findings.length > 0) throw fail(byPlace(findings));

  const { hosts, mistakes } = resolveJumps(mergeSettings(result.data, resolveFile));
  if (mistakes.length > 0) {
    throw fail(
      mistakes.map(({ host, ...mistake }) => ({
        ...mistake,
        origin: document.originOf(["hosts", host, "ssh", "jump"], "key"),
      })),
    );
  }
  const { groups, rollout: plan } = result.data;
  const unknown = unknownNamesOf(plan, hosts);
  if (unknown.length > 0) throw fail(unknown.map((one) => ({ ...one, origin: document.originOf(["rollout"], "key") })));
  return { hosts, groups: Object.keys(groups), ...(plan !== undefined && { rollout: plan }) };
}

const EXAMPLE = "give at least one host, such as `hosts: { web-1: { address: 203.0.113.11 } }`";

function emptiness(value: unknown): Omit<Finding, "origin"> | undefined {
  if (value === null || value === undefined) return { problem: "the inventory is empty", fix: EXAMPLE };
  const hosts = isRecord(value) ? value["hosts"] : undefined;
  if (!isRecord(value) || !("hosts" in value)) return undefined;
  if (hosts === null || (isRecord(hosts) && Object.keys(hosts).length === 0)) {
    return { problem: "the inventory has no hosts", fix: EXAMPLE };
  }
  return undefined;
}

function shapeFindings(document: YamlDocument, issues: readonly z.core.$ZodIssue[]): Finding[] {
  return explainIssues(inventoryDocument, document.value, issues).map(({ path, part, ...mistake }) => ({
    ...mistake,
    origin: document.originOf(path, part),
  }));
}

/** A group that a host lists is declared under `groups`, so that a mistyped one is found. */
function unknownGroups(document: YamlDocument): Finding[] {
  const { hosts, groups } = document.value as { hosts?: unknown; groups?: unknown };
  const known = isRecord(groups) ? Object.keys(groups) : [];
  const findings: Finding[] = [];
  for (const [host, given] of isRecord(hosts) ? Object.entries(hosts) : []) {
    const listed: unknown = isRecord(given) ? given["groups"] : undefined;
    for (const [index, group] of Array.isArray(listed) ? listed.entries() : []) {
      if (typeof group !== "string" || known.includes(group)) continue;
      const near = nearestName(group, known);
      findings.push({
        origin: document.originOf(["hosts", host, "groups", index]),
        problem: `${show(group)} is no group of this inventory`,
        allowed: known.map(show).join(", ") || "none: there is no `groups` yet",
        fix: near === undefined ? `declare it: \`groups: { ${group.slice(0, 40)}: {} }\`` : `did you mean \`${near}\`?`,
      });
    }
  }
  return findings;
}

/** Joins what the defaults, the groups and the host say: the host wins, then the group that is listed last. */
function mergeSettings(document: InventoryDocument, resolveFile: ResolveFile): InventoryNode[] {
  return Object.entries(document.hosts).map(([name, host]) => {
    const groups = [...new Set(host.groups)];
    const layers = [document.defaults, ...groups.flatMap((group) => document.groups[group] ?? []), host];
    const ssh: SshSettings = Object.assign({}, ...layers.map((layer) => layer.ssh));
    const merged: Record<string, Json> = Object.assign({}, ...layers.map((layer) => layer.variables));
    const install = layers.reduce<boolean | undefined>((before, layer) => layer.install ?? before, undefined);
    return {
      name,
      ...filesOf({ address: host.address ?? name, ...ssh }, resolveFile),
      groups,
      ...(install !== undefined && { install }),
      variables: merged,
    };
  });
}
