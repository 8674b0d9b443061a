import { RootConstruct, type Construct } from "constructs";
import type * as cdkfw from "../../constructs";
import { Address, ALL, Fleet, Host, Service } from "./built";

export const RULES_PER_HOST = 200;

/**
 * A fleet as one is written: hosts of four zones, each with 200 rules of all actions, by objects, by names and by texts,
 * from shared addresses and from ones of the host's own.
 */
export function fleetOf(hosts: number, scope: Construct = new RootConstruct("bench")): cdkfw.Fleet {
  const fleet = new Fleet(scope, "fleet");
  const offices = Array.from(
    { length: 20 },
    (_, n) => new Address(fleet, `office-${n}`, { v4: `203.0.${n}.0/24`, v6: `2001:db8:${n}::/48` }),
  );
  new Address(fleet, "partners", {
    v4: Array.from({ length: 20 }, (_, n) => `198.51.100.${n + 1}`),
    v6: Array.from({ length: 20 }, (_, n) => `2001:db8:ff::${n + 1}`),
  });
  const media = Service.udp("media", [10_000, 20_000]);
  for (let number = 0; number < hosts; number++) addHost(fleet, number, offices, media);
  return fleet;
}

function addHost(fleet: cdkfw.Fleet, number: number, offices: readonly cdkfw.Address[], media: cdkfw.Service): void {
  const net = `10.${number >> 8}.${number & 255}`;
  const host = new Host(fleet, `host-${number}`, { address: `${net}.1`, user: "admin" });
  const ext = host.addZone("ext", { interfaces: [{ name: "eth0", dhcp: true }] });
  const lan = host.addZone("lan", { interfaces: ["eth1", "br0"] });
  const dmz = host.addZone("dmz", { interfaces: ["eth2"] });
  const vpn = host.addZone("vpn", { interfaces: ["wg0"] });
  const server = new Address(host, "server", { v4: `${net}.80`, v6: `2001:db8:${number.toString(16)}::80` });
  host.allow({ from: ext, to: host, source: offices, service: Service.SSH, comment: "operators" });
  host.allowNat({ from: lan, to: ext });
  for (let n = 0; n < RULES_PER_HOST - 4; n++) {
    const port = 1024 + ((number * 7 + n) % 30_000);
    const office = offices[n % offices.length] ?? "any";
    switch (n % 7) {
      case 0:
        host.allow({ from: ext, to: host, source: office, service: `tcp/${port}` });
        break;
      case 1:
        host.allow({ from: ext, to: dmz, destination: server, services: [Service.HTTPS, `tcp/${port}`] });
        break;
      case 2:
        host.allow({ from: vpn, to: lan, source: "partners", services: ["dns", "ntp", Service.LDAPS] });
        break;
      case 3:
        host.drop({ from: ext, to: ALL, source: `192.0.${n % 250}.0/24`, comment: `noise ${n}` });
        break;
      case 4:
        host.reject({ from: dmz, to: lan, destination: `${net}.${100 + (n % 100)}`, service: media });
        break;
      case 5:
        host.allow({ from: lan, to: dmz, source: [office, "partners"], service: `tcp/${port}-${port + 10}` });
        break;
      case 6:
        host.allow({ from: dmz, to: host, source: server, service: Service.tcp(`own-${n}`, port) });
        break;
    }
  }
  host.reject({ from: dmz, to: ALL });
  host.reject({ from: ext, to: ALL });
}
