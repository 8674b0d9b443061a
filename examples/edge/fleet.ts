import { Address, ALL, Fleet, Host, Service, type Inventory } from "cdkfw";
import type { Construct } from "constructs";

/**
 * Two web servers and a gateway.
 *
 *     deployer ── management ── eth0 ┌───────┐
 *                                    │ web-1 │
 *     the world ────────────── wan0 ─┤ web-2 │
 *                                    │  gw   ├─ lan0 ── machines that reach the world by gw
 *                                    └───────┘
 */
export function edgeFleet(scope: Construct, inventory: Inventory): Fleet {
  // From where deployers log in: a policy that would lock them out is refused before it reaches a host.
  const fleet = new Fleet(scope, "fleet", { inventory, managedFrom: ["10.64.0.0/10", "fd77::/16"] });

  const office = new Address(fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:113::/48" });
  const monitor = new Address(fleet, "monitor", { v4: "198.51.100.9", v6: "2001:db8:1::9" });
  const scanners = new Address(fleet, "scanners", { v4: "198.51.100.64/27", v6: "2001:db8:bad::/48" });
  const metrics = Service.tcp("metrics", 9100);

  for (const node of inventory.group("web")) {
    const host = new Host(fleet, node.name, node);
    const mgmt = host.addZone("mgmt", { interfaces: ["eth0"] });
    const ext = host.addZone("ext", { interfaces: ["wan0"] });

    // The first entry that matches a packet decides; what none of them matches is rejected.
    host.allow({ from: mgmt, to: host, service: Service.SSH });
    host.drop({ from: ext, to: host, source: scanners, comment: "not even an answer" });
    host.allow({ from: ext, to: host, source: office, service: Service.SSH });
    host.allow({ from: ext, to: host, services: [Service.HTTP, Service.HTTPS] });
    host.allow({ from: ext, to: host, source: monitor, service: metrics });

    // A rule of your own goes here.

    // One machine that differs is an `if`.
    if (node.name === "web-2")
      host.allow({ from: ext, to: host, source: office, service: "tcp/8443", comment: "beta" });
  }

  for (const node of inventory.group("gateway")) {
    const host = new Host(fleet, node.name, node);
    const mgmt = host.addZone("mgmt", { interfaces: ["eth0"] });
    const ext = host.addZone("ext", { interfaces: ["wan0"] });
    const lan = host.addZone("lan", { interfaces: ["lan0"] });

    host.allow({ from: mgmt, to: host, service: Service.SSH });
    host.drop({ from: ext, to: ALL, source: scanners });
    host.allow({ from: lan, to: host, service: Service.DNS });
    host.reject({ from: lan, to: ext, service: Service.SMTP, comment: "mail leaves by the relay" });
    host.allowNat({ from: lan, to: ext });
    host.allow({ from: ext, to: host, source: monitor, service: metrics });
  }

  return fleet;
}
