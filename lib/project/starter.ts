import { settingsFiles, type ProjectFiles, type ProjectOptions } from "./settings";

/** A project to begin with: two machines, and the rules that every machine on the internet wants first. */
export function starterFiles(options: ProjectOptions): ProjectFiles {
  return {
    "inventory.yaml": INVENTORY,
    "fleet.ts": FLEET,
    ...entryFile(options),
    ...settingsFiles(options),
  };
}

/** What is run: it brings the fleet that `fleet.ts` describes, and the machines of `inventory.yaml`, together. */
export function entryFile({ terraform }: Pick<ProjectOptions, "terraform">): ProjectFiles {
  return terraform ? { "main.ts": TERRAFORM_MAIN } : { "firewall.ts": FIREWALL };
}

const INVENTORY = `# The machines: where they are, who they are, how they are reached. What their firewalls allow is in fleet.ts.
defaults:
  ssh:
    user: root # another user becomes root by \`sudo -n\`

groups:
  web: {}

hosts:
  web-1:
    address: web-1.example.net
    groups: [web]
  web-2:
    address: web-2.example.net
    groups: [web]
`;

const FLEET = `import { Address, Fleet, Host, Service, type Inventory } from "cdkfw";
import type { Construct } from "constructs";

/** What the firewalls of all machines allow. */
export function describeFleet(scope: Construct, inventory: Inventory): Fleet {
  const fleet = new Fleet(scope, "fleet", { inventory, managedFrom: "admins" });
  // From where you administer the machines; give your own networks. Rules that keep them from SSH are refused.
  const admins = new Address(fleet, "admins", { v4: "203.0.113.0/24", v6: "2001:db8:1::/48" });

  for (const node of inventory.group("web")) {
    const host = new Host(fleet, node.name, node);
    const ext = host.addZone("ext", { interfaces: ["eth0"] });

    // The first entry that matches a packet decides; what none of them matches is rejected.
    host.allow({ from: ext, to: host, source: admins, service: Service.SSH });
    host.allow({ from: ext, to: host, services: [Service.HTTP, Service.HTTPS] });
  }

  return fleet;
}
`;

const FIREWALL = `import { Inventory } from "cdkfw";
import { RootConstruct } from "constructs";
import { describeFleet } from "./fleet";

export default describeFleet(new RootConstruct(), Inventory.fromFile("inventory.yaml"));
`;

const TERRAFORM_MAIN = `import { Inventory } from "cdkfw";
import { FleetDeployment } from "cdkfw/cdktf";
import { App, TerraformStack } from "cdktf";
import { describeFleet } from "./fleet";

const app = new App();
const stack = new TerraformStack(app, "firewalls");
const fleet = describeFleet(stack, Inventory.fromFile("inventory.yaml"));
new FleetDeployment(stack, "deploy", { fleet });
app.synth();
`;
