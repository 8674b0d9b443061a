import { checkPolicy } from "../../../lib/model/check-policy";
import { printFinding } from "../../../lib/model/findings";
import type { Endpoint, ForwardEntry, HostPolicy, RuleEntry, ZonePolicy } from "../../../lib/model/policy";
import type { PortRange, ServicePolicy } from "../../../lib/model/services";

const zone = (name: string): Endpoint => ({ kind: "zone", name });
const withInterfaces = (name: string, ...interfaces: string[]): ZonePolicy => ({
  name,
  interfaces: interfaces.map((one) => ({ name: one, dhcp: false })),
});
const ports = (protocol: "tcp" | "udp", ...ranges: PortRange[]): ServicePolicy => [
  { kind: "ports", protocol, ports: ranges },
];

const policyOf = (change: Partial<HostPolicy>): HostPolicy => ({
  format: 1,
  host: "gate",
  path: "fleet/gate",
  backend: "nftables",
  target: { address: "gate" },
  zones: [withInterfaces("ext", "eth0"), withInterfaces("lan", "eth1")],
  addresses: {
    net: { v4: ["10.0.0.0/8"], v6: [] },
    inside: { v4: ["10.1.0.0/16"], v6: [] },
    elsewhere: { v4: ["192.0.2.0/24"], v6: [] },
    six: { v4: [], v6: ["2001:db8::/32"] },
    both: { v4: ["10.0.0.0/8"], v6: ["2001:db8::/32"] },
    halves: { v4: ["10.0.0.0/9", "10.128.0.0/9"], v6: [] },
    broken: { v4: [], v6: [] },
  },
  services: {
    https: ports("tcp", [443, 443]),
    web: ports("tcp", [80, 80], [443, 443]),
    range: ports("tcp", [8000, 8009]),
    media: [...ports("tcp", [8000, 8009]), ...ports("udp", [9000, 9009])],
    wide: ports("udp", [10000, 10256]),
    least: ports("udp", [10000, 10255]),
    ipsec: [...ports("udp", [500, 500]), { kind: "protocol", number: 50 }],
    icmp: [{ kind: "icmp" }],
    one: [{ kind: "protocol", number: 1 }],
    fiftyeight: [{ kind: "protocol", number: 58 }],
    ping6: [{ kind: "icmp", v6: [{ type: 128 }] }],
  },
  entries: [],
  ...change,
});

const forward = (change: Partial<ForwardEntry>): Partial<HostPolicy> => ({
  entries: [
    {
      kind: "forward",
      from: zone("ext"),
      external: [],
      source: [],
      services: ["https"],
      target: { v4: "10.0.0.5" },
      hairpin: [],
      origin: { path: "fleet/gate/forward" },
      ...change,
    },
  ],
});

const rule = (change: Partial<RuleEntry>): Partial<HostPolicy> => ({
  entries: [
    {
      kind: "rule",
      action: "accept",
      from: zone("lan"),
      to: zone("ext"),
      source: [],
      destination: [],
      services: [],
      origin: { path: "fleet/gate/rule" },
      ...change,
    },
  ],
});

const TODAY = "2026-11-22";
const findingsOf = (change: Partial<HostPolicy>) =>
  checkPolicy(policyOf(change), { today: TODAY }).map((finding) => printFinding(finding));

describe("valid", () => {
  test.each<[string, Partial<HostPolicy>]>([
    ["a port forward", forward({})],
    ["a port forward to another port", forward({ targetPorts: [8443, 8443] })],
    ["all services to an address of their own, as they are", forward({ services: [], external: ["inside"] })],
    ["services without ports, as they are", forward({ services: ["ipsec", "icmp"] })],
    ["many ports to one", forward({ services: ["web", "range"], targetPorts: [80, 80] })],
    ["a range to as long a one", forward({ services: ["range"], targetPorts: [1000, 1009] })],
    ["ranges of two protocols, both as long", forward({ services: ["media"], targetPorts: [1000, 1009] })],
    ["256 ports to as many", forward({ services: ["least"], targetPorts: [1, 256] })],
    ["a service that another finding is about, translated", forward({ services: ["https"], targetPorts: [1, 1] })],
    ["access from inside", forward({ hairpin: ["lan"] })],
    ["an external address of the target's family", forward({ external: ["both"] })],
    ["source ports of a service with ports", rule({ services: ["web"], sourcePorts: [[1, 9]] })],
    ["source ports of all services", rule({ sourcePorts: [[1, 9]] })],
    ["an address to put in", rule({ action: "accept+nat", snat: { v4: "203.0.113.5" } })],
    [
      "an address of each family, for a rule of one",
      rule({ action: "accept+nat", source: ["net"], snat: { v4: "203.0.113.5", v6: "::5" } }),
    ],
    ["an exception to a network", rule({ source: ["net"], exceptSource: ["inside"] })],
    ["an exception, one part of which is elsewhere", rule({ source: ["net"], exceptSource: ["inside", "elsewhere"] })],
    ["an exception of one of two families", rule({ source: ["both"], exceptSource: ["net"] })],
    ["an exception to any address", rule({ exceptSource: ["net"], exceptDestination: ["six"] })],
    ["an exception to an external address", forward({ external: ["net"], exceptDestination: ["inside"] })],
    ["an exception that another finding is about", rule({ source: ["net"], exceptSource: ["broken"] })],
    [
      "a limit on what is refused",
      rule({ action: "drop", limit: { count: 1, per: "day", burst: 1, perSource: false } }),
    ],
    ["a count on what is refused", rule({ action: "reject", connections: { most: 1, perSource: true } })],
    ["a raw match for this backend", rule({ raw: { nftables: "meta length 1" } })],
    ["a raw match for both backends", rule({ raw: { nftables: "meta length 1", iptables: ["-f"] } })],
    ["what expires in more than two weeks", rule({ expires: "2026-12-06T00:00:01Z" })],
    ["a pattern beside another", { zones: [withInterfaces("a", "br-*"), withInterfaces("b", "br0", "veth*")] }],
    ["a pattern and what it fits, in one zone", { zones: [withInterfaces("a", "br-*", "br-lan")] }],
  ])("%s", (_, change) => expect(findingsOf(change)).toEqual([]));
});

describe("told", () => {
  test.each<[string, Partial<HostPolicy>, string]>([
    ["a port forward from the host", forward({ from: { kind: "host" } }), "a port forward can not be from `host`"],
    ["a port forward from all", forward({ from: { kind: "all" } }), "Name the outer zone in `from`"],
    [
      "a port forward from an unknown zone",
      forward({ from: zone("exd") }),
      "Allowed: `ext`, `lan`. Did you mean `ext`?",
    ],
    ["access from the zone itself", forward({ hairpin: ["lan", "ext"] }), "`hairpin` names the zone `ext`"],
    ["access from an unknown zone", forward({ hairpin: ["lam"] }), "Did you mean `lan`?"],
    [
      "a forward that leaves the host nothing of its own",
      forward({ services: [] }),
      "the port forward takes all that is addressed to the host, its own SSH too",
    ],
    [
      "ICMP by its number, from addresses of IPv6",
      rule({ source: ["six"], services: ["one"] }),
      "the rule can never match: its source `six` is only IPv6, its service `one` is only IPv4",
    ],
    [
      "ICMPv6 by its number, from addresses of IPv4",
      rule({ source: ["net"], services: ["fiftyeight"] }),
      "its source `net` is only IPv4, its service `fiftyeight` is only IPv6",
    ],
    ["all services to one port", forward({ services: [], targetPorts: [80, 80] }), "all services go to port 80"],
    [
      "services without ports to a port",
      forward({ services: ["https", "icmp", "ipsec"], targetPorts: [1, 1] }),
      "`icmp`, `ipsec` has parts without ports",
    ],
    ["257 ports to as many", forward({ services: ["wide"], targetPorts: [1, 257] }), "257 ports are translated"],
    [
      "a range to a shorter one",
      forward({ services: ["range"], targetPorts: [1000, 1008] }),
      "the ports 8000-8009 can not go to the 9 ports 1000-1008 one by one",
    ],
    [
      "two ports to two",
      forward({ services: ["web"], targetPorts: [8080, 8081] }),
      "the ports 80, 443 can not go to the 2 ports 8080-8081",
    ],
    ["one port to a range", forward({ targetPorts: [8080, 8089] }), "the ports 443 can not go to the 10 ports"],
    [
      "an external address of the other family",
      forward({ external: ["six"] }),
      "the port forward can never match: its external address `six` is only IPv6, its target `10.0.0.5` is only IPv4",
    ],
    ["a source of the other family", forward({ source: ["six"] }), "its source `six` is only IPv6, its target"],
    [
      "source ports of what has none",
      rule({ services: ["https", "ipsec"], sourcePorts: [[1, 9]] }),
      "`ipsec` has parts without ports, which no source port can match",
    ],
    [
      "an address to put in, without translation",
      rule({ snat: { v4: "203.0.113.5" } }),
      "`snat` has no effect with the action `accept`",
    ],
    [
      "an address to put in of the other family",
      rule({ action: "accept+nat", source: ["six"], snat: { v4: "203.0.113.5" } }),
      "`snat` `203.0.113.5` is never put in: the rule is only about IPv6",
    ],
    [
      "an exception from elsewhere",
      rule({ source: ["net"], exceptSource: ["elsewhere"] }),
      "`exceptSource` `elsewhere` takes nothing away from the source `net`",
    ],
    [
      "an exception of the other family",
      rule({ destination: ["net"], exceptDestination: ["six"] }),
      "`exceptDestination` `six` takes nothing away from the destination `net`",
    ],
    [
      "an exception that leaves nothing",
      rule({ source: ["halves"], exceptSource: ["net"] }),
      "takes everything away from the source `halves`",
    ],
    ["an unknown exception", rule({ exceptSource: ["insid"] }), "Did you mean `inside`?"],
    [
      "a raw match for the other backend",
      rule({ raw: { iptables: ["-f"] } }),
      "`raw` has words for iptables only, and the backend of `gate` is nftables. Add the same match as `raw.nftables`",
    ],
    ["what expires in two weeks", rule({ expires: "2026-12-06T00:00:00Z" }), "the entry ends soon"],
    ["what expires today", rule({ expires: "2026-11-22T23:59:59Z" }), "Move the date, or let it end"],
    ["what expired yesterday", rule({ expires: "2026-11-21T23:59:59Z" }), "Delete it, or move the date"],
    ["what expired as the day began", rule({ expires: "2026-11-22T00:00:00Z" }), "the entry has expired"],
    [
      "an interface that fits the pattern of another zone",
      { zones: [withInterfaces("a", "br-*"), withInterfaces("b", "br-lan")] },
      "fleet/gate/b: the interface `br-lan` of the zone `b` fits `br-*` of the zone `a`",
    ],
    [
      "a pattern that fits the pattern of another zone",
      { zones: [withInterfaces("a", "br-lan*"), withInterfaces("b", "br-*")] },
      "the interface `br-lan*` of the zone `a` fits `br-*` of the zone `b`",
    ],
    [
      "a pattern in two zones",
      { zones: [withInterfaces("a", "br-*"), withInterfaces("b", "br-*")] },
      "the interface `br-*` is in two zones",
    ],
  ])("%s", (_, change, expected) => {
    const findings = findingsOf(change);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(expected);
  });
});

test("nothing is told to have expired where the day is not known", () => {
  expect(checkPolicy(policyOf(rule({ expires: "2001-01-01T00:00:00Z" })))).toEqual([]);
});
