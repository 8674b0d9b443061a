import { readTables, type Tables } from "../../../fixtures/microfw/tables";

/** Everything that MicroFW refuses, and what is told of it. */
test.each<[string, Tables, string]>([
  ["an interface that is named twice", { interfaces: "eth0 ext -\neth0 int -" }, "interfaces:2: the interface `eth0` is named twice, first in line 1. Allowed: one zone for each interface. Delete one of the two lines."],
  ["a column that is missing", { interfaces: "eth0 ext -\neth1 int" }, "interfaces:2: `eth1 int` has 2 columns. Allowed: 3: interface, zone, protocols. The protocols is missing."],
  ["a column too many", { services: "ssh 22 - # the shell\nhttp 80 -" }, "services:1: `ssh 22 - # the shell` has 6 columns. Allowed: 3: name, TCP port, UDP port. A comment stands on a line of its own, and its `#` is the first character."],
  ["a zone named FW", { interfaces: "eth0 FW -" }, "interfaces:1: a zone can not be named `FW`. Allowed: any other name: `FW` is the host itself, `ALL` is the host and every zone. Rename the zone, here and in the rules."],
  ["a zone named ALL", { interfaces: "eth0 ALL -" }, "interfaces:1: a zone can not be named `ALL`."],
  ["an unknown zone", { rules: "exd FW ALL ALL ssh accept" }, "rules:1: `exd` is no zone of this node. Allowed: `ext`, `int`. Did you mean `ext`?"],
  ["an unknown destination zone", { rules: "ext dmz1 ALL ALL ssh accept" }, "rules:1: `dmz1` is no zone of this node. Allowed: `ext`, `int`, `FW`, `ALL`. Add it to the table `interfaces`."],
  ["an unknown source", { rules: "ext FW ofice ALL ssh accept" }, "rules:1: `ofice` is no address of this node. Allowed: `office`, `wan`, `nas`, `ALL`, `GEO:DE`. Did you mean `office`?"],
  ["an unknown destination", { rules: "ext int ALL naz ssh accept" }, "rules:1: `naz` is no address of this node. Allowed: `office`, `wan`, `nas`, `ALL`. Did you mean `nas`?"],
  ["an unknown service", { rules: "ext FW ALL ALL sshd accept" }, "rules:1: `sshd` is no service of this node. Allowed: `ssh`, `http`, `dns`, `web`, `syslog`, `ALL`. Did you mean `ssh`?"],
  ["ALL as the source zone", { rules: "ALL FW ALL ALL ssh accept" }, "rules:1: `ALL` can not be the source zone of a rule. Allowed: `ext`, `int`. Write one line for each zone."],
  ["FW as the source zone", { rules: "FW ext ALL ALL ssh accept" }, "rules:1: `FW` can not be the source zone of a rule. Allowed: `ext`, `int`. What the host itself sends is always allowed: delete the line."],
  ["a wrong action", { rules: "ext FW ALL ALL ssh ACCEPT" }, "rules:1: `ACCEPT` is no action. Allowed: `accept`, `accept+nat`, `reject`, `drop`. Did you mean `accept`?"],
  ["a country as the destination", { rules: "ext FW ALL GEO:DE ssh accept" }, "rules:1: `GEO:DE` is the destination."],
  ["ALL on one side of a virtual", { virtuals: "ext wan nas http ALL" }, "virtuals:1: only one of the services is `ALL`: `http` to `ALL`. Allowed: `ALL` on both sides, or a service on both."],
  ["ALL ports to DOCKER", { virtuals: "ext wan DOCKER ALL ALL" }, "virtuals:1: `ALL` ports go to `DOCKER`: the host itself would be open, too. Allowed: a service. Write one line for each port that a container publishes."],
  ["ALL as an external address", { virtuals: "ext ALL nas http http" }, "virtuals:1: the external address is `ALL`. Allowed: the name of an address. Name the address that clients connect to."],
  ["ALL as an internal address", { virtuals: "ext wan ALL http http" }, "virtuals:1: the internal address is `ALL`."],
  ["a virtual from nowhere", { virtuals: "dmz wan nas http http" }, "virtuals:1: `dmz` is no zone of this node."],
  ["a table that is missing", { virtuals: undefined as never }, "virtuals: the table `virtuals` is missing."],
])("%s", (_what, tables, message) => {
  const { findings } = readTables(tables);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.startsWith(message)).toBe(true);
}); // prettier-ignore

/** What MicroFW passes on, for iptables or ipset to fail at. */
test.each<[string, Tables, string]>([
  ["no port", { services: "ssh 22x -" }, "services:1: `22x` is no TCP port. Allowed: a port from 1 to 65535, a range such as `8000-8100`, or `-`."],
  ["a range that runs backwards", { services: "ssh - 90-80" }, "services:1: `90-80` is no UDP port."],
  ["the name of a machine", { addresses: "google google.com -" }, "addresses:1: `google.com` is not an IPv4 address. Allowed: an address or a network, such as `203.0.113.5`, `203.0.113.0/24`, `2001:db8::/32`, or `-`. Names of machines are not looked up: write the address."],
  ["IPv6 in the first column", { addresses: "lan fd00::/8 -" }, "addresses:1: `fd00::/8` is an IPv6 address. Allowed: an address or a network, such as `203.0.113.5`, `203.0.113.0/24`, `2001:db8::/32`, or `-`. The columns are IPv4, then IPv6."],
  ["a protocol that nobody knows", { interfaces: "eth0 ext ospff" }, "interfaces:1: `ospff` is no IP protocol."],
  ["every protocol", { interfaces: "eth0 ext all" }, "interfaces:1: `all` is no IP protocol."],
  ["a forward to a network", { virtuals: "ext wan office http http" }, "virtuals:1: `203.0.113.0/24` is a network, and `office` is one machine."],
  ["a forward from TCP to UDP", { virtuals: "ext wan nas http syslog" }, "virtuals:1: `http` and `syslog` have no protocol in common."],
  ["a range to a shorter one", { services: "a 100-109 -\nb 200-204 -", virtuals: "ext wan nas a b" }, "fleet/gw/forward-a (virtuals:1): the ports 100-109 can not go to the 5 ports 200-204 one by one."],
  ["an interface of another zone's pattern", { interfaces: "tun+ ext -\ntun0 int -" }, "fleet/gw/int/tun0 (interfaces:2): the interface `tun0` of the zone `int` fits `tun*` of the zone `ext`."],
])("what the kernel's tools would refuse: %s", (_what, tables, message) => {
  const { findings } = readTables(tables);
  expect(findings[0]).toContain(message);
}); // prettier-ignore

test("all mistakes of all tables are told together", () => {
  const { findings } = readTables({
    services: "ssh 22\nhttp 80 -",
    rules: "ext FW ALL ALL ssh acept\next FW nobody ALL http accept",
    virtuals: "ext wan nas http ALL",
  });
  expect(findings.map((line) => line.split(" ")[0])).toEqual(["services:1:", "rules:1:", "rules:2:", "virtuals:1:"]);
});
