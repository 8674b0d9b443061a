import { dirname, join } from "node:path";
import { readAnsible } from "../../model/ansible/as-inventory";
import { show } from "../../model/findings";
import type { InventoryInput } from "../../model/inventory";
import { readIfThere, shown, type FoundNode, type MicrofwFolder } from "./folder";

/** The machines of the nodes: an inventory of ours in which each node has its host. */
export interface Machines {
  readonly inventory: InventoryInput;
  /** The name of each node in the inventory, by that of its folder. */
  readonly names: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** MicroFW's playbook logs in as root where the inventory does not say otherwise. */
const AS_ROOT = { user: "root" };

export function machinesOf({ nodes, inventory: file }: MicrofwFolder): Machines {
  if (file === undefined) {
    const hosts = Object.fromEntries(nodes.map(({ name }) => [name, {}]));
    return {
      inventory: { defaults: { ssh: AS_ROOT }, hosts },
      names: new Map(nodes.map(({ name }) => [name, name])),
      notes: [],
    };
  }
  const { inventory, notes } = readAnsible(readIfThere(file) ?? "", shown(file), (beside) =>
    readIfThere(join(dirname(file), beside)),
  );
  const names = new Map<string, string>();
  const missing: FoundNode[] = [];
  for (const node of nodes) {
    const name = nameIn(inventory, node.name);
    if (name === undefined) missing.push(node);
    names.set(node.name, name ?? node.name);
  }
  const used = new Set(names.values());
  return {
    inventory: {
      ...inventory,
      defaults: { ...inventory.defaults, ssh: { ...AS_ROOT, ...inventory.defaults?.ssh } },
      hosts: { ...inventory.hosts, ...Object.fromEntries(missing.map(({ name }) => [name, {}])) },
    },
    names,
    notes: [
      ...notes,
      ...missing.map(
        ({ name }) => `the folder ${show(name)} is no host of the inventory: it is added, to be reached by its name`,
      ),
      ...Object.keys(inventory.hosts)
        .filter((name) => !used.has(name))
        .map((name) => `the host ${show(name)} of the inventory has no folder with tables: it gets no firewall`),
    ],
  };
}

/** The playbook looks for the folder by the machine's own name, which is the first part of its full one. */
function nameIn({ hosts }: InventoryInput, folder: string): string | undefined {
  if (Object.hasOwn(hosts, folder)) return folder;
  const short = Object.keys(hosts).filter((name) => name.split(".")[0] === folder);
  return short.length === 1 ? short[0] : undefined;
}
