import { resolve } from "node:path";
import { Address, ALL, Fleet, Host, Inventory, Service, type FleetProps } from "cdkfw";
import { matchers } from "cdkfw/testing";
import { RootConstruct } from "constructs";

/** Two web servers and a database, all by the same code; `declare` says more about each. */
function fleetOf(declare: (host: Host) => void = () => undefined, props: FleetProps = {}): Fleet {
  const inventory = Inventory.from({
    hosts: {
      "web-1": { address: "10.0.0.11", groups: ["web"] },
      "web-2": { address: "10.0.0.12", groups: ["web"] },
      "db-1": { address: "10.0.0.21", groups: ["db"] },
    },
    groups: { web: {}, db: {} },
  });
  const fleet = new Fleet(new RootConstruct(), "fleet", { inventory, ...props });
  for (const node of inventory.hosts) {
    const host = new Host(fleet, node.name, node);
    const ext = host.addZone("ext", { interfaces: ["eth0"] });
    host.drop({ from: ext, to: ALL, source: "192.0.2.66" });
    host.allow({ from: ext, to: host, source: "203.0.113.0/24", service: Service.SSH });
    if (host.groups.includes("web")) host.allow({ from: ext, to: host, services: [Service.HTTP, Service.HTTPS] });
    if (host.groups.includes("db")) {
      host.allow({ from: ext, to: host, source: ["10.0.0.11", "10.0.0.12"], service: Service.POSTGRESQL });
    }
    declare(host);
  }
  return fleet;
}

const web = (declare?: (host: Host) => void, props?: FleetProps): Host =>
  fleetOf(declare, props).hosts.find(({ hostName }) => hostName === "web-1") as Host;
const SSH = { from: "ext", source: "203.0.113.0/24", service: "ssh" };
const WEB = { from: "ext", services: ["http", "https"] };
const ONLY = { to: "db", from: "web", service: Service.POSTGRESQL };
const COUNTRIES = resolve(__dirname, "../fixtures/countries");

describe("what holds passes", () => {
  test.each<[string, () => void]>([
    ["every packet is accepted", () => expect(web()).toAccept(SSH)],
    ["of every host", () => expect(fleetOf()).toAccept({ source: "203.0.113.7", service: "ssh" })],
    ["of some hosts", () => expect(fleetOf().hosts.slice(0, 2)).toAccept({ source: "10.0.0.1", service: "http" })],
    ["what passes through", () => expect(web((host) => host.allow({ from: host.addZone("lan", { interfaces: ["eth1"] }), to: "ext" }))).toAccept({ from: "lan", to: "ext", service: "https" })],
    ["what the host sends", () => expect(web()).toAccept({ from: "host", to: "ext", service: "https" })],
    ["none is accepted", () => expect(web()).toRefuse({ from: "ext", service: "redis" })],
    ["of one source", () => expect(web()).toRefuse({ from: "ext", source: "192.0.2.66", service: "https" })],
    ["by no host", () => expect(fleetOf()).toRefuse({ services: ["telnet", "redis"] })],
    ["nothing else is admitted", () => expect(web()).toAdmitOnly([SSH, WEB])],
    ["less than the list is admitted", () => expect(web()).toAdmitOnly([SSH, WEB, { service: "redis" }])],
    ["of many, too", () => expect(web((host) => host.allow({ from: "ext", to: host, destination: "224.0.0.251", service: "udp/5353" }))).toAdmitOnly([SSH, WEB, { service: "udp/5353" }])],
    ["only one group is accepted", () => expect(fleetOf()).toAcceptOnlyFrom(ONLY)],
    ["only addresses are", () => expect(fleetOf()).toAcceptOnlyFrom({ to: "db", source: ["10.0.0.11", "10.0.0.12"], service: "postgresql" })],
    ["at every host that is asked", () => expect(fleetOf()).toAcceptOnlyFrom({ source: "203.0.113.0/24", service: "ssh" })],
    ["as of the day of the fleet", () => expect(web((host) => host.allow({ from: "ext", to: host, service: "redis", expires: "2026-11-21" }), { today: "2026-11-22" })).toRefuse({ service: "redis" })],
    ["of a country", () => expect(web((host) => host.allow({ from: "ext", to: host, source: Address.country("DE"), service: "redis" }), { countryDatabase: COUNTRIES })).toAccept({ source: Address.country("DE"), service: "redis" })],
  ])("%s", (_, assert) => assert()); // prettier-ignore
});

/** What a failing test shows. */
function told(assert: () => void): string {
  try {
    assert();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

const also = (props: object) => (host: Host) => host.allow({ from: "ext", to: host, ...props });

test.each<[string, () => void, string[]]>([
  ["an accepted packet that is refused", () => expect(web()).toAccept({ from: "ext", service: "ssh" }), ["web-1: `ssh ext → host` is refused by the language (nothing accepted it)", "packet: tcp 22 from 198.51.100.7"]],
  ["a source that a rule above refuses", () => expect(web()).toAccept({ from: "ext", service: "https" }), ["is refused by `drop all services ext → all from 192.0.2.66` at fleet/web-1/drop-all (test/testing/matchers.test.ts:", "packet: tcp 443 from 192.0.2.66"]],
  ["a refused packet that is accepted", () => expect(web()).toRefuse({ service: "https" }), ["`https any zone → host` is accepted by `accept http, https ext → host`", "packet: tcp 443 from"]],
  ["some of a country", () => expect(web(undefined, { countryDatabase: COUNTRIES })).toRefuse({ source: Address.country("DE"), service: "https" }), ["is accepted by `accept http, https ext → host`"]],
  ["more than is allowed", () => expect(web()).toAdmitOnly([WEB]), ["web-1: more is admitted than expected, by `accept ssh ext → host from 203.0.113.0/24` at fleet/web-1/", "packet: tcp 22 from 203.0.113.0"]],
  ["more sources than are allowed", () => expect(web()).toAdmitOnly([SSH, { ...WEB, source: "10.0.0.0/8" }]), ["by `accept http, https ext → host`"]],
  ["a port forward more", () => expect(web((host) => host.forward({ from: "ext", service: "redis", to: "10.0.0.5" }))).toAdmitOnly([SSH, WEB]), ["by `forward redis ext → 10.0.0.5`", "packet: tcp 6379 from"]],
  ["a zone that accepts by default", () => expect(web((host) => host.addZone("lan", { interfaces: ["eth1"], default: "accept" }))).toAdmitOnly([SSH, WEB]), ["by the language (what lan does else)", "in by eth1"]],
  ["packets to many", () => expect(web(also({ destination: "224.0.0.251", service: "udp/5353" }))).toAdmitOnly([SSH, WEB]), ["packet: udp 5353 from"]],
  ["each host of a fleet that is wrong", () => expect(fleetOf()).toRefuse({ service: "http" }), ["web-1: `http", "web-2: `http"]],
  ["others than a group", () => expect(fleetOf(also({ source: "10.0.0.0/24", service: "postgresql" }))).toAcceptOnlyFrom(ONLY), ["db-1: others than the group `web` are accepted by `accept postgresql ext → host from 10.0.0.0/24`", "packet: tcp 5432 from 10.0.0.0"]],
  ["others than some addresses", () => expect(fleetOf()).toAcceptOnlyFrom({ source: "203.0.113.7", service: "ssh" }), ["web-1: others than those that are named are accepted by `accept ssh", "web-2: ", "db-1: "]],
  ["a group that is not reached", () => expect(fleetOf()).toAcceptOnlyFrom({ ...ONLY, service: "redis" }), ["db-1: `redis any zone → host from 10.0.0.11, 10.0.0.12` is refused by the language", "packet: tcp 6379 from 10.0.0.11"]],
])("a failure shows the packet and the rule: %s", (_, assert, parts) => {
  const message = told(assert);
  for (const part of parts) expect(message).toContain(part);
}); // prettier-ignore

test("a failure of many hosts shows some of them", () => {
  const inventory = Inventory.from({ hosts: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`h${n}`, {}])) });
  const fleet = new Fleet(new RootConstruct(), "fleet", { inventory });
  for (const node of inventory.hosts) new Host(fleet, node.name, node).addZone("ext", { interfaces: ["eth0"] });
  expect(told(() => expect(fleet).toAccept({ service: "ssh" }))).toMatch(/^h0: .*\n.*\nh1: [^]*h9: [^]*\nand 20 more$/);
});

test.each<[string, () => void, string]>([
  ["no known zone", () => expect(web()).toAccept({ from: "exd", service: "ssh" }), "Did you mean `ext`?"],
  ["no known service", () => expect(web()).toAccept({ from: "ext", service: "shh" }), "`shh`"],
  ["no known property", () => expect(web()).toAccept({ form: "ext" } as never), "mean `from`"],
  ["a live question", () => expect(web()).toAccept({ service: "ssh", live: true } as never), "has no property `live`"],
  ["all zones by one word", () => expect(web()).toRefuse({ from: "all" }), "`all` is no place to ask for"],
  ["a container", () => expect(web()).toRefuse({ to: "container web" }), "`container web` is no place to ask for: only the host knows"],
  ["no source, by mistake", () => expect(web()).toRefuse({ source: undefined, service: "ssh" }), "`source` is given but undefined"],
  ["another place", () => expect(web()).toAdmitOnly([{ to: "ext" } as never]), "what reaches the host itself"],
  ["no host", () => expect(1).toAccept({ service: "ssh" }), "what is asked is no host"],
  ["an empty list", () => expect([]).toRefuse({ service: "ssh" }), "no host is asked: the list is empty"],
  ["a host of no fleet", () => expect(new Host(new RootConstruct(), "lost")).toRefuse({ service: "ssh" }), "`lost` is in no fleet"],
  ["a host with mistakes", () => expect(web((host) => host.allow({ from: "exd", to: host }))).toRefuse({ service: "ssh" }), "has 3 mistakes"],
  ["no known group", () => expect(fleetOf()).toAcceptOnlyFrom({ ...ONLY, from: "webs" }), "Did you mean `web`?"],
  ["no sender", () => expect(fleetOf()).toAcceptOnlyFrom({ service: "ssh" }), "it is not said who alone may"],
  ["the opposite", () => expect(web()).not.toRefuse({ service: "redis" }), "Say `toAccept`"],
])("a mistake is told as one: %s", (_, assert, wanted) => expect(told(assert)).toContain(wanted)); // prettier-ignore

test("a runner without globals is handed the matchers", () => {
  expect(Object.keys(matchers).sort()).toEqual(["toAccept", "toAcceptOnlyFrom", "toAdmitOnly", "toRefuse"]);
  expect(matchers.toRefuse.call({}, web(), { service: "redis" })).toMatchObject({ pass: true });
});
