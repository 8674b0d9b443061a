import { Address, Fleet, Host, Service, type Inventory } from "cdkfw";
import type { Construct } from "constructs";

/** All hosts of the inventory alike: a large fleet is many hosts with few rules. */
export function sitesFleet(scope: Construct, inventory: Inventory): Fleet {
  const fleet = new Fleet(scope, "fleet", { inventory });
  const operators = new Address(fleet, "operators", { v4: "203.0.113.0/24", v6: "2001:db8:113::/48" });
  for (const node of inventory.hosts) {
    const host = new Host(fleet, node.name, node);
    const ext = host.addZone("ext", { interfaces: ["eth0"] });
    host.allow({ from: ext, to: host, source: operators, service: Service.SSH });
    host.allow({ from: ext, to: host, services: [Service.HTTP, Service.HTTPS] });
  }
  fleet.rollout({ canary: ["group:canary"], waves: "25%" });
  return fleet;
}
