import { checkPolicy, POLICY_CHECKS } from "../../../lib/model/check-policy";
import { printFinding } from "../../../lib/model/findings";
import type { Endpoint, HostPolicy, RuleEntry, ZonePolicy } from "../../../lib/model/policy";

const HOST: Endpoint = { kind: "host" };
const ALL: Endpoint = { kind: "all" };
const zone = (name: string): Endpoint => ({ kind: "zone", name });
const withInterfaces = (name: string, ...interfaces: string[]): ZonePolicy => ({
  name,
  interfaces: interfaces.map((one) => ({ name: one, dhcp: false })),
});

const policyOf = (change: Partial<HostPolicy>): HostPolicy => ({
  format: 1,
  host: "web-1",
  path: "fleet/web-1",
  backend: "iptables",
  target: { address: "web-1" },
  zones: [withInterfaces("ext", "eth0"), withInterfaces("lan", "eth1")],
  addresses: {
    four: { v4: ["10.0.0.1"], v6: [] },
    six: { v4: [], v6: ["2001:db8::1"] },
    both: { v4: ["10.0.0.1"], v6: ["2001:db8::1"] },
    broken: { v4: [], v6: [] },
  },
  services: {
    ssh: [{ kind: "ports", protocol: "tcp", ports: [[22, 22]] }],
    ping4: [{ kind: "icmp", v4: [{ type: 8 }] }],
    ping6: [{ kind: "icmp", v6: [{ type: 128 }] }],
    icmp: [{ kind: "icmp" }],
  },
  entries: [],
  ...change,
});

const rule = (change: Partial<RuleEntry>): Partial<HostPolicy> => ({
  entries: [
    {
      kind: "rule",
      action: "accept",
      from: zone("ext"),
      to: HOST,
      source: [],
      destination: [],
      services: [],
      origin: { path: "fleet/web-1/rule" },
      ...change,
    },
  ],
});

const findingsOf = (change: Partial<HostPolicy>) => checkPolicy(policyOf(change)).map(printFinding);

describe("valid", () => {
  test.each<[string, Partial<HostPolicy>]>([
    ["nothing at all", { zones: [], addresses: {}, services: {} }],
    ["interfaces of like names in two zones", { zones: [withInterfaces("a", "eth0"), withInterfaces("b", "eth00")] }],
    ["a rule from a zone to the host", rule({})],
    ["a rule from the host to a zone", rule({ from: HOST, to: zone("lan") })],
    ["a rule from the host to all", rule({ from: HOST, to: ALL })],
    ["a rule within a zone", rule({ from: zone("lan"), to: zone("lan") })],
    ["masquerading to a zone", rule({ action: "accept+nat", from: zone("lan"), to: zone("ext") })],
    ["masquerading to all", rule({ action: "accept+nat", from: zone("lan"), to: ALL })],
    ["both families and one", rule({ source: ["both"], destination: ["six"] })],
    ["one family and the other, beside it", rule({ source: ["four", "six"], destination: ["six"] })],
    ["one family alone", rule({ source: ["four"] })],
    ["a family and its ICMP", rule({ source: ["six"], services: ["ping6"] })],
    ["a family and all ICMP", rule({ source: ["six"], services: ["icmp"] })],
    ["a family, the other's ICMP, and ports", rule({ source: ["six"], services: ["ping4", "ssh"] })],
    ["an address that another finding is about", rule({ source: ["broken"], destination: ["six"] })],
  ])("%s", (_, change) => expect(findingsOf(change)).toEqual([]));
});

describe("addresses for snat", () => {
  const entries = (count: number): Partial<HostPolicy> => ({
    entries: Array.from({ length: count }, (_, n) => ({
      ...(rule({ action: "accept+nat", from: zone("lan"), to: zone("ext") }).entries?.[0] as RuleEntry),
      snat: { v4: `192.0.2.${1 + n}` },
    })),
  });

  it("are 15 on a host, and the 16th is told", () => {
    expect(findingsOf(entries(15))).toEqual([]);
    expect(findingsOf(entries(16))).toEqual([expect.stringMatching(/more than 15 different addresses for `snat`/)]);
  });
});

describe("told", () => {
  test.each<[string, Partial<HostPolicy>, string]>([
    [
      "a zone twice",
      { zones: [withInterfaces("a", "eth0"), withInterfaces("a", "eth1")] },
      "the zone `a` is declared twice",
    ],
    ["an interface twice in a zone", { zones: [withInterfaces("a", "eth0", "eth0")] }, "named twice in the zone `a`"],
    [
      "an interface in two zones",
      { zones: [withInterfaces("a", "eth0"), withInterfaces("b", "eth0")] },
      "is in two zones, `a` and `b`",
    ],
    [
      "an unknown source zone",
      rule({ from: zone("lam") }),
      "`lam` is no zone of `web-1`. Allowed: `ext`, `lan`, `host`. Did you mean `lan`?",
    ],
    [
      "an unknown destination zone",
      rule({ to: zone("hots") }),
      "Allowed: `ext`, `lan`, `host`, `all`. Did you mean `host`?",
    ],
    ["an unknown zone without a near one", rule({ to: zone("somewhere") }), "Declare the zone on this host"],
    ["an unknown source", rule({ source: ["fuor"] }), "`fuor` is no known address"],
    ["an unknown destination", rule({ destination: ["bothh"] }), "Did you mean `both`?"],
    ["an unknown service", rule({ services: ["shh"] }), "`shh` is no known service"],
    ["a service with a near one in the library", rule({ services: ["wiregaurd"] }), "Did you mean `wireguard`?"],
    ["all as a source", rule({ from: ALL }), "`all` is no source"],
    ["host to host", rule({ from: HOST }), "never matches"],
    ["masquerading towards the host", rule({ action: "accept+nat" }), "nothing to masquerade"],
    [
      "families that do not meet",
      rule({ source: ["four"], destination: ["six"] }),
      "its source `four` is only IPv4, its destination `six` is only IPv6",
    ],
    [
      "a family and the other's ICMP",
      rule({ source: ["four"], services: ["ping6"] }),
      "its service `ping6` is only IPv6",
    ],
  ])("%s", (_, change, expected) => {
    const findings = findingsOf(change);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(expected);
  });

  test("all at once, in the order of the checks", () => {
    const findings = findingsOf({
      zones: [withInterfaces("a", "eth0"), withInterfaces("a", "eth0")],
      ...rule({ from: ALL, to: zone("x"), source: ["y"], services: ["z"], action: "accept+nat" }),
    });
    expect(findings).toHaveLength(6);
  });
});

test("the list of checks can not be changed", () => expect(Object.isFrozen(POLICY_CHECKS)).toBe(true));
