import type { HostPlan } from "../plan";
import { literal } from "./code";
import type { Identifiers } from "./identifiers";

/** A host's file by its name, without its ending; dots would be read as one. */
export function fileNames(hosts: readonly HostPlan[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    hosts.map(({ name }) => {
      const wish = name.replaceAll(".", "-");
      let file = wish;
      for (let count = 2; taken.has(file.toLowerCase()); count++) file = `${wish}-${count}`;
      taken.add(file.toLowerCase());
      return [name, file];
    }),
  );
}

/** `fleet.ts`: all hosts, each described in its own file. */
export function fleetFile(
  hosts: readonly HostPlan[],
  identifiers: Identifiers,
  usesAddresses: (host: HostPlan) => boolean,
  shared: boolean,
): string {
  const files = fileNames(hosts);
  const imports = hosts.map(
    ({ name }) => `import { ${identifiers.of("host", name)} } from ${literal(`./hosts/${files.get(name) ?? name}`)};`,
  );
  const calls = hosts.map((host) => {
    const given = usesAddresses(host) ? "fleet, addresses" : "fleet";
    return `  ${identifiers.of("host", host.name)}(${given});`;
  });
  const needed = hosts.some(usesAddresses);
  const declared = needed ? ["  const addresses = sharedAddresses(fleet);"] : ["  sharedAddresses(fleet);"];
  return [
    'import { Fleet, type Inventory } from "cdkfw";',
    'import type { Construct } from "constructs";',
    ...(shared ? ['import { sharedAddresses } from "./addresses";'] : []),
    ...imports,
    "",
    "/** What the firewalls of all machines allow. */",
    "export function describeFleet(scope: Construct, inventory: Inventory): Fleet {",
    '  const fleet = new Fleet(scope, "fleet", { inventory });',
    ...(shared ? declared : []),
    "",
    ...calls,
    "",
    "  return fleet;",
    "}",
    "",
  ].join("\n");
}
