import { dirname, resolve } from "node:path";
import { DEFAULT_BACKEND, type Backend } from "../../model/backend";
import { checkPolicy } from "../../model/check-policy";
import { errorsAmong, show, type Finding } from "../../model/findings";
import { FindingsError } from "../../model/findings-error";
import { inventoryFrom, type InventoryInput } from "../../model/inventory";
import { hopTo } from "../../model/inventory-jumps";
import type { InventoryNode } from "../../model/inventory-node";
import type { HostPolicy } from "../../model/policy";
import type { SshTarget } from "../../model/target";
import type { HostPlan } from "../plan";
import { policyOfPlan } from "../plan-policy";
import { findNodes, shown, type MicrofwFolder } from "./folder";
import { machinesOf } from "./machines";
import { readNode } from "./read-node";
import { translateNodes } from "./translate";

/** A MicroFW folder, translated: the plans of its hosts, which one printer makes a project of, and their policies. */
export interface ImportedMicrofw {
  readonly plans: readonly HostPlan[];
  readonly policies: readonly HostPolicy[];
  readonly inventory: InventoryInput;
  /** The folder of the inventory that was read: files that it names are relative to it. */
  readonly inventoryFolder?: string;
  /** What is not of one line: about the inventory, and files that are not read. */
  readonly notes: readonly string[];
}

export interface MicrofwOptions {
  /** The host's name, where the folder is that of one node. @default the folder's name */
  readonly name?: string | undefined;
  /** @default that of a fleet */
  readonly backend?: Backend;
}

/**
 * Reads a MicroFW folder: that of one node, or a `nodes/` tree with its inventory.
 * @throws FindingsError `invalid-microfw` with all mistakes of all files; `invalid-inventory`
 * @throws UserError `no-microfw`, `no-host-name`, `one-node`
 */
export function importMicrofw(
  folder: string,
  { name, backend = DEFAULT_BACKEND }: MicrofwOptions = {},
): ImportedMicrofw {
  const found = findNodes(folder, name);
  const { inventory, names, notes } = machinesOf(found);
  const findings: Finding[] = [];
  const nodes = found.nodes.map((node) => ({
    name: names.get(node.name) ?? node.name,
    tables: readNode(node, findings),
  }));
  stopAt(findings, folder);

  const plans = translateNodes(nodes, findings);
  stopAt(findings, folder);
  const machines = new Map(machinesIn(found, inventory));
  const policies = plans.map((plan) =>
    policyOfPlan(plan, { ...(machines.get(plan.name) ?? { target: { address: plan.name }, groups: [] }), backend }),
  );
  for (const policy of policies) findings.push(...errorsAmong(checkPolicy(policy)));
  stopAt(findings.map(atItsRow), folder);
  return {
    plans,
    policies,
    inventory,
    ...(found.inventory !== undefined && { inventoryFolder: dirname(found.inventory) }),
    notes: [...notes, ...found.nodes.flatMap(({ name: node, custom }) => (custom ? [ofCustom(node)] : []))],
  };
}

function stopAt(findings: readonly Finding[], folder: string): void {
  if (findings.length > 0) throw new FindingsError("invalid-microfw", `the MicroFW folder ${show(folder)}`, findings);
}

/** The user knows his tables, not yet the paths of constructs. */
function atItsRow({ origin, ...mistake }: Finding): Finding {
  return { ...mistake, origin: origin.file === undefined ? origin : { ...origin, path: origin.file } };
}

function machinesIn({ inventory: file }: MicrofwFolder, inventory: InventoryInput) {
  const base = file === undefined ? process.cwd() : dirname(resolve(file));
  const { hosts } = inventoryFrom(inventory, (one) => resolve(base, one), {
    file: file === undefined ? "inventory" : shown(file),
  });
  return hosts.map((node) => [node.name, { target: targetOf(node), groups: node.groups }] as const);
}

const ofCustom = (node: string) =>
  `the file \`custom\` of ${show(node)} holds shell commands, and is not imported: write its rules as entries`;

/** The way to a machine, without what its inventory says of it beside. */
function targetOf(node: InventoryNode): SshTarget {
  const { jump, sudo, connectTimeout } = node;
  return {
    ...hopTo(node),
    ...(jump !== undefined && { jump }),
    ...(sudo !== undefined && { sudo }),
    ...(connectTimeout !== undefined && { connectTimeout }),
  };
}
