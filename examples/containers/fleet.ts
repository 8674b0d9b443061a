import { join } from "node:path";
import { Address, ContainerRules, Fleet, Host, Service, type Inventory } from "cdkfw";
import type { Construct } from "constructs";

/**
 * A host with Docker: a shop of three services by Compose, and containers that were started by hand.
 *
 *     deployer ── management ── eth0 ┌────────┐ shop_default ── front ─→ api ─→ db ←── exporter
 *                                    │ dock-1 │
 *     the world ────────────── wan0 ─┴────────┘ docker0 ─────── worker ─→ cache   admin
 */
export function containerFleet(scope: Construct, inventory: Inventory): Fleet {
  const fleet = new Fleet(scope, "fleet", { inventory });

  const office = new Address(fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:113::/48" });
  new Address(fleet, "monitor", { v4: "198.51.100.9", v6: "2001:db8:1::9" }); // rules.yaml names it
  const mailHub = new Address(fleet, "mail-hub", { v4: "198.51.100.25" });

  for (const node of inventory.hosts) {
    const host = new Host(fleet, node.name, node);
    const mgmt = host.addZone("mgmt", { interfaces: ["eth0"] });
    const ext = host.addZone("ext", { interfaces: ["wan0"] });
    // Closed, in every network of Docker, published ports included: what follows is all that is open.
    const docker = host.addContainerZone("docker");

    host.allow({ from: mgmt, to: host, service: Service.SSH });

    // Containers by their service in Compose, by name, and by label.
    const shop = (service: string) => host.container({ project: "shop", service });
    const [front, api, db] = [shop("front"), shop("api"), shop("db")] as const;
    const worker = host.container("worker");
    const tools = host.container({ label: "tier=tools" });

    // From outside: a port that Docker publishes, by its number on the host; and every port of some, for the office.
    host.forward({ from: ext, service: Service.HTTPS, to: front });
    host.allow({ from: ext, to: tools, published: true, source: office });

    // Among containers, by the container's own ports. On the default network a link is a name, too.
    host.allow({ from: front, to: api, service: "tcp/8000" });
    host.allow({ from: api, to: db, service: Service.POSTGRESQL });
    host.allow({ from: worker, to: host.container("cache"), service: Service.REDIS, link: true });

    // To the host, and to the outside.
    host.allow({ from: worker, to: host, service: "tcp/9100", comment: "the host's own figures" });
    host.allow({ from: worker, to: ext, destination: mailHub, service: Service.SMTP });
    host.allow({ from: docker, to: ext, services: [Service.DNS, Service.NTP] });

    // Many rules, or those of others, from a file.
    host.addRules(ContainerRules.fromFile(join(__dirname, "rules.yaml")));

    // What must hold, whatever is changed above: proven at every synth, for all packets.
    host.expect({ from: ext, to: docker, source: mailHub, service: Service.POSTGRESQL }).refused();
    host.expect({ from: docker, to: host, service: Service.SSH }).refused();
    host.expect({ from: docker, to: ext, service: Service.SMTP, destination: office }).refused();
  }

  return fleet;
}
