import { Construct, RootConstruct } from "constructs";
import { Address, ALL, Fleet, FindingsError, Host, Interface, Inventory, Service } from "../../constructs";
import { hostPolicy } from "../../lib/model/policy";
import { edge, expectFindings, expectValid, told, type Edge } from "./harness";

describe("a declaration is told", () => {
  test.each<[string, (edge: Edge) => void, string[]]>([
    [
      "a zone that is declared twice",
      ({ host }) => host.addZone("ext", { interfaces: ["eth9"] }),
      ["the zone `ext` is declared twice, first at edge/fleet/web-1/ext"],
    ],
    [
      "an interface in two zones",
      ({ host }) => host.addZone("dmz", { interfaces: ["eth0"] }),
      ["the interface `eth0` is in two zones, `ext` and `dmz`"],
    ],
    [
      "an interface that is named twice",
      ({ ext }) => ext.addInterface("eth0"),
      ["the interface `eth0` is named twice in the zone `ext`"],
    ],
    [
      "a zone without interfaces",
      ({ host }) => host.addZone("dmz", { interfaces: [] }),
      ["the zone `dmz` has no interface"],
    ],
    ["a reserved zone", ({ host }) => host.addZone("all", { interfaces: ["eth9"] }), ["`all` is no name for a zone"]],
    ["an interface's name that is too long", ({ ext }) => ext.addInterface("a".repeat(16)), ["at most 15 characters"]],
    [
      "an address that is declared twice",
      ({ fleet }) => {
        new Address(fleet, "a", { v4: "10.0.0.1" });
        new Address(fleet, "a", { v4: "10.0.0.2" });
      },
      ["`a` is declared twice, first at edge/fleet/a"],
    ],
    [
      "an address of the wrong family",
      ({ fleet }) => new Address(fleet, "a", { v4: "2001:db8::1" }),
      ["`2001:db8::1` is an IPv6 address"],
    ],
    ["an empty address", ({ fleet }) => new Address(fleet, "a", {}), ["the address `a` is empty"]],
    [
      "an address that is named like one",
      ({ fleet }) => new Address(fleet, "10.0.0.1", { v4: "10.0.0.1" }),
      ["looks like an address"],
    ],
    [
      "two hosts of one name",
      ({ fleet }) => new Host(fleet, "x", { name: "WEB-1" }),
      ["the fleet has two hosts named `WEB-1`"],
    ],
    ["a host that is declared twice", ({ fleet }) => new Host(fleet, "web-1"), ["`web-1` is declared twice"]],
    ["a wrong port", ({ fleet }) => new Host(fleet, "x", { port: 0 }), ["`port` may not be `0`. Allowed: 1 to 65535"]],
    [
      "a wrong host key",
      ({ fleet }) => new Host(fleet, "x", { hostKeys: ["MD5:aa"] }),
      ["`hostKeys[0]` may not be `MD5:aa`"],
    ],
    [
      "an unknown backend",
      ({ fleet }) => new Host(fleet, "x", { backend: "ipfw" as "iptables" }),
      ["`ipfw` is no backend"],
    ],
    [
      "a wish to install that is no yes or no",
      ({ fleet }) => new Host(fleet, "x", { install: "apt" as unknown as boolean }),
      ["`install` may not be `apt`. Allowed: `true`, `false`"],
    ],
    [
      "an address of the app that is used here",
      ({ root, host }) => host.allow({ from: "ext", to: host, source: new Address(root, "far", { v4: "x" }) }),
      ["far: `x` is not an IPv4 address"],
    ],
    [
      "a member of a group of services, once",
      ({ host }) => {
        const bad = Service.udp("bad", 0);
        host.allow({ from: "ext", to: host, service: Service.group("both", bad, Service.SSH) });
        host.allow({ from: "lan", to: host, service: bad });
      },
      ["the service `bad`: `0` is no port"],
    ],
    [
      "a range of ports that runs backwards",
      ({ host }) => host.allow({ from: "ext", to: host, service: Service.tcp("x", [9, 3]) }),
      ["`[9,3]` is no range of ports"],
    ],
    [
      "a service without ports",
      ({ host }) => host.allow({ from: "ext", to: host, service: Service.tcp("x") }),
      ["the service `x`: it has no port"],
    ],
  ])("%s", (_, declare, expected) => expectFindings(declare, expected));
});

test("the same interface on two hosts, and the same zone, are nobody's mistake", () =>
  expectValid(({ fleet }) => new Host(fleet, "web-2").addZone("ext", { interfaces: ["eth0"] })));

test("a zone and an address may have one name", () =>
  expectValid(({ host }) => {
    const address = new Address(host, "ext", { v4: "10.0.0.1" });
    host.allow({ from: "ext", to: host, source: address });
  }));

test("each finding is told once by the validations of the tree, and policies are never given by halves", () => {
  const { root, fleet, host } = edge();
  new Address(fleet, "a", { v4: "x" });
  host.allow({ from: "exd", to: host, service: Service.tcp("s", 0) });
  host.addZone("lan", { interfaces: ["eth0", "$"] });
  const validations = root.node.findAll().flatMap((one) => one.node.validate());
  expect(validations).toHaveLength(6);
  expect(fleet.findings()).toHaveLength(6);
  expect(() => fleet.policies()).toThrow(FindingsError);
  expect(() => fleet.policies()).toThrow(/the fleet `edge\/fleet` has 6 mistakes:/);
});

test("a host outside of a fleet is told", () => {
  const host = new Host(new RootConstruct(), "lonely");
  expect(host.node.validate().join()).toContain("the host is in no fleet");
});

function build(): Fleet {
  const { fleet, host, ext, lan } = edge();
  const office = new Address(fleet, "office", { v4: ["203.0.113.0/24", "203.0.113.0/24"], v6: "2001:DB8:1::/48" });
  host.allow({ from: ext, to: host, source: [office, "198.51.100.7"], service: Service.SSH });
  host.allowNat({ from: lan, to: ext });
  host.reject({ from: ext, to: ALL, comment: "the rest" });
  const other = new Host(fleet, "1", { port: 2222, identityFiles: ["~/.ssh/id", "/k"], jump: ["198.51.100.1"] });
  other.addZone("ext", { interfaces: [{ name: "ens3", dhcp: true }] });
  other.allow({ from: "ext", to: "host", source: "office", service: Service.group("g", Service.DNS, Service.PING) });
  return fleet;
}

test("two builds of one source give equal policies, which the schema accepts as they are", () => {
  const [first, second] = [build().policies(), build().policies()];
  expect(first).toEqual(second);
  expect(JSON.stringify(first)).toBe(JSON.stringify(second));
  expect(first.map(({ host }) => host)).toEqual(["web-1", "1"]);
  for (const policy of first) expect(hostPolicy.parse(policy)).toEqual(policy);
});

test("a host installs what it lacks where it, else its fleet, says so", () => {
  const fleet = new Fleet(new RootConstruct(), "fleet", { install: true });
  new Host(fleet, "a");
  new Host(fleet, "b", { install: false });
  expect(fleet.policies().map(({ install }) => install)).toEqual([true, false]);
});

test("Fleet.allIn finds the fleets of a tree", () => {
  const { root, stack, fleet } = edge();
  const second = new Fleet(new Construct(root, "other"), "fleet");
  expect(Fleet.allIn(root)).toEqual([fleet, second]);
  expect(Fleet.allIn(stack)).toEqual([fleet]);
});

test("a node of an inventory fits as the properties of a host", () => {
  const inventory = Inventory.from({
    hosts: {
      "web-1": { address: "203.0.113.1", ssh: { port: 2222, user: "admin", jump: ["gate"] }, variables: { rack: 3 } },
      gate: {},
    },
  });
  const fleet = new Fleet(new RootConstruct(), "fleet", { inventory });
  const hosts = fleet.inventory.hosts.map((node) => new Host(fleet, node.name, node));
  expect(told(fleet)).toEqual([]);
  expect(hosts[0]?.target).toEqual({ address: "203.0.113.1", port: 2222, user: "admin", jump: [{ address: "gate" }] });
  expect(hosts[0]?.variables).toEqual({ rack: 3 });
});

test("host.zone finds a zone, and names the near one", () => {
  const { host, ext } = edge();
  expect(host.zone("ext")).toBe(ext);
  expect(ext.interfaces[0]).toBeInstanceOf(Interface);
  expect(() => host.zone("exd")).toThrow("`exd` is no zone of `web-1`");
});
