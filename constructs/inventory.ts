import { nearestName, show } from "../lib/model/findings";
import type { InventoryNode } from "../lib/model/inventory-node";
import { UserError } from "../lib/model/user-error";

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
  static readonly EMPTY = new Inventory([], []);

  private constructor(
    /** All machines, in the order of the document. */
    readonly hosts: readonly InventoryNode[],
    /** The names of all groups, in the order of the document. */
    readonly groups: readonly string[],
  ) {}

  /**
   * The machine of that name.
   * @throws UserError `unknown-host` where there is none
   */
  host(name: string): InventoryNode {
    const found = this.hosts.find((host) => host.name === name);
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
    `the inventory has no ${what} ${show(name)}; ${names}.`,
    near === undefined ? `add the ${what} to the inventory` : `did you mean \`${near}\`?`,
  );
}
