import type { InventoryInput } from "../../model/inventory";
import { settingsFiles, type ProjectFiles, type ProjectOptions } from "../../project/settings";
import { entryFile } from "../../project/starter";
import { declaredOf, partsOf, type HostPlan } from "../plan";
import { fileNames, fleetFile } from "./fleet-file";
import { hostFile, type ProjectNames } from "./host-file";
import { Identifiers } from "./identifiers";
import { inventoryFile, type Folders } from "./inventory-file";
import { Shared } from "./shared";
import { addressesFile, servicesFile } from "./shared-files";

export interface SourceOptions extends ProjectOptions {
  readonly inventory: InventoryInput;
  readonly folders: Folders;
}

/** Plans as a project in TypeScript: a file for each host, and what the hosts share. */
export function projectSource(hosts: readonly HostPlan[], options: SourceOptions): ProjectFiles {
  const names: ProjectNames = {
    identifiers: identifiersOf(hosts),
    addresses: new Shared(hosts, (host) => host.addresses, 2),
    // A service is nobody's own: only where hosts disagree about one, it stands with them.
    services: new Shared(hosts, (host) => host.services, 1),
  };
  const files = fileNames(hosts);
  const addresses = addressesFile(names);
  const services = servicesFile(names);
  return {
    "inventory.yaml": inventoryFile(options.inventory, options.folders),
    "fleet.ts": fleetFile(hosts, names.identifiers, (host) => usesShared(host, names), addresses !== undefined),
    ...Object.fromEntries(
      hosts.map((host) => [`hosts/${files.get(host.name) ?? host.name}.ts`, hostFile(host, names)]),
    ),
    ...(addresses !== undefined && { "addresses.ts": addresses }),
    ...(services !== undefined && { "services.ts": services }),
    ...entryFile(options),
    ...settingsFiles({ ...options, countries: hosts.some(namesCountries) }),
  };
}

/** Zones are named most often, so that they have the first choice. */
function identifiersOf(hosts: readonly HostPlan[]): Identifiers {
  const identifiers = new Identifiers();
  for (const host of hosts) for (const { name } of declaredOf(host.zones)) identifiers.of("zone", name);
  return identifiers;
}

function usesShared({ entries }: HostPlan, { addresses }: ProjectNames): boolean {
  return declaredOf(entries).some((entry) => {
    const uses = entry.kind === "rule" ? [entry.source, entry.destination] : [entry.at, entry.to];
    return uses.some((use) => use !== undefined && "declared" in use && partsOf(use).some((one) => addresses.has(one)));
  });
}

function namesCountries({ entries }: HostPlan): boolean {
  return declaredOf(entries).some(
    (entry) => entry.kind === "rule" && partsOf(entry.source).some(({ policy }) => policy.countries !== undefined),
  );
}
