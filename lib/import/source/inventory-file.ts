import { isAbsolute, relative, resolve } from "node:path";
import { stringify } from "yaml";
import type { InventoryInput } from "../../model/inventory";

const HEAD =
  "# The machines: where they are, who they are, how they are reached. What their firewalls allow is in fleet.ts.\n";

/** Where files are, that an inventory names relative to itself. */
export interface Folders {
  /** That of the inventory that was read. */
  readonly from: string;
  /** That of the project. */
  readonly to: string;
}

export function inventoryFile(inventory: InventoryInput, folders: Folders): string {
  const { defaults, groups, hosts } = inventory;
  const moved = {
    ...(defaults && { defaults: withFiles(defaults, folders) }),
    ...(groups && { groups: mapped(groups, (one) => withFiles(one as Settings, folders)) }),
    hosts: mapped(hosts, (one) => withFiles(one as Settings, folders)),
  };
  const parts = Object.entries(moved).map(([name, value]) =>
    stringify({ [name]: value }, { lineWidth: 0, indentSeq: true }),
  );
  return HEAD + parts.join("\n");
}

type Settings = NonNullable<InventoryInput["defaults"]>;

function mapped(given: Readonly<Record<string, unknown>>, change: (one: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, change(one ?? {})]));
}

function withFiles(settings: Settings, { from, to }: Folders): Settings {
  const { ssh } = settings;
  if (ssh?.identityFiles === undefined) return settings;
  const identityFiles = ssh.identityFiles.map((file) =>
    isAbsolute(file) || file.startsWith("~") ? file : relative(resolve(to), resolve(from, file)),
  );
  return { ...settings, ssh: { ...ssh, identityFiles } };
}
