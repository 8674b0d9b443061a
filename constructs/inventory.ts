import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readAnsible } from "../lib/model/ansible/as-inventory";
import { nearestName, show } from "../lib/model/findings";
import { inventoryFrom, parseInventory, type InventoryContent, type InventoryInput } from "../lib/model/inventory";
import type { InventoryNode } from "../lib/model/inventory-node";
import type { Rollout } from "../lib/model/rollout";
import { UserError } from "../lib/model/user-error";
import { callerPlace } from "./origin";
import { fromHere, readDocument } from "./read-document";

/**
 * The machines of a fleet, and how each is reached.
 *
 * ```ts
 * const inventory = Inventory.fromFile("inventory.yaml");
 * for (const node of inventory.group("web")) new Host(fleet, node.name, node);
 * ```
 */
export class Inventory {
  /** No machines: for fleets whose hosts are described in the program. */
  static readonly EMPTY = new Inventory({ hosts: [], groups: [] });

  /**
   * Reads an inventory in YAML or JSON; `docs/inventory.md` tells its form. Files that it names are relative to it.
   * @throws FindingsError `invalid-inventory` with all mistakes, each with its line and column
   * @throws UserError `unreadable-inventory` where the file can not be read
   */
  static fromFile(path: string): Inventory {
    return new Inventory(
      parseInventory(readDocument(path, "inventory"), fromHere(path), filesBeside(dirname(resolve(path)))),
    );
  }

  /**
   * An inventory in TypeScript, of the same form as the file. Files that it names are relative to where the synth runs.
   * @throws FindingsError `invalid-inventory` with all mistakes
   */
  static from(inventory: InventoryInput): Inventory {
    return new Inventory(inventoryFrom(inventory, filesBeside(process.cwd()), callerPlace()));
  }

  /**
   * Reads an inventory of Ansible, in INI or YAML, with the `group_vars` and `host_vars` beside it; `docs/inventory.md`
   * tells what is taken over. Files that it names are relative to it.
   * @throws FindingsError `invalid-inventory` with all mistakes
   * @throws UserError `unreadable-inventory` where the file can not be read
   */
  static fromAnsible(path: string): Inventory {
    const folder = dirname(resolve(path));
    const { inventory } = readAnsible(readDocument(path, "inventory"), fromHere(path), (file) =>
      readIfThere(join(folder, file)),
    );
    return new Inventory(inventoryFrom(inventory, filesBeside(folder), { file: fromHere(path) }));
  }

  /** All machines, in the order of the document. */
  readonly hosts: readonly InventoryNode[];
  /** The names of all groups, in the order of the document. */
  readonly groups: readonly string[];
  /** In which steps a fleet of these machines is deployed, where its program does not say so. @internal */
  readonly rollout: Rollout | undefined;
  readonly #byName: ReadonlyMap<string, InventoryNode>;

  private constructor({ hosts, groups, rollout }: InventoryContent) {
    this.hosts = hosts;
    this.groups = groups;
    this.rollout = rollout;
    this.#byName = new Map(hosts.map((host) => [host.name, host]));
  }

  /**
   * The machine of that name.
   * @throws UserError `unknown-host` where there is none
   */
  host(name: string): InventoryNode {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    throw unknown(
      "host",
      name,
      this.hosts.map((host) => host.name),
    );
  }

  /**
   * The machines of a group, in the order of the document.
   * @throws UserError `unknown-group` where there is none of that name
   */
  group(name: string): readonly InventoryNode[] {
    if (this.groups.includes(name)) return this.hosts.filter((host) => host.groups.includes(name));
    throw unknown("group", name, this.groups);
  }
}

function unknown(what: "host" | "group", name: string, known: readonly string[]): UserError {
  const near = nearestName(name, known);
  const names = known.length === 0 ? "it has none" : `known: ${known.slice(0, 20).map(show).join(", ")}`;
  return new UserError(
    `unknown-${what}`,
    `the inventory has no ${what} ${show(name)}; ${names}`,
    near === undefined ? `Add the ${what} to the inventory.` : `Did you mean \`${near}\`?`,
  );
}

function readIfThere(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : undefined;
}

const filesBeside = (folder: string) => (file: string) => resolve(folder, file);
