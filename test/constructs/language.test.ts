import { Construct } from "constructs";
import { Address, ALL, Host, Service, type ForwardProps, type NatRuleProps, type RuleProps } from "../../constructs";
import { hostPolicy } from "../../lib/model/policy";
import { entryInWords } from "../../lib/model/words";
import { edge, expectFindings, told, type Edge } from "./harness";

const TOKEN = "${TfToken[TOKEN.1]}";

const rule = (props: Record<string, unknown>) => (made: Edge) =>
  made.host.allow({ from: "ext", to: "host", ...props } as RuleProps);
const nat = (props: Partial<NatRuleProps>) => (made: Edge) => made.host.allowNat({ from: "lan", to: "ext", ...props });
const forward = (props: Record<string, unknown>) => (made: Edge) =>
  made.host.forward({ from: "ext", service: "https", to: "10.0.0.5", ...props } as ForwardProps);

/** What the last entry says, and that it is what the schema of policies holds. */
function wordsOf(declare: (made: Edge) => void): string {
  const made = edge();
  new Address(made.fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:1::/48" });
  new Address(made.fleet, "web", { v4: "10.0.0.5", v6: "fd00::5" });
  declare(made);
  expect(told(made.fleet)).toEqual([]);
  const policy = made.fleet.policies().find(({ host }) => host === "web-1");
  expect(hostPolicy.parse(policy)).toEqual(policy);
  const entry = policy?.entries.at(-1);
  return entry === undefined ? "" : entryInWords(entry).replace(/ {2,}/g, "  ");
}

describe("an entry says", () => {
  const accept = "accept  all services  ext → host";
  test.each<[string, (made: Edge) => void, string]>([
    ["who is left out", rule({ exceptSource: ["office", "192.0.2.1"] }), `${accept}  not from office, 192.0.2.1`],
    ["where it does not go", rule({ exceptDestination: "203.0.113.9" }), `${accept}  not to 203.0.113.9`],
    ["its source port", rule({ sourcePort: 53 }), `${accept}  source port 53`],
    ["a range of source ports", rule({ sourcePort: [1024, 65535] }), `${accept}  source port 1024-65535`],
    [
      "source ports under both names",
      rule({ sourcePort: 53, sourcePorts: [123, [500, 600]] }),
      `${accept}  source port 53,123,500-600`,
    ],
    ["that it logs", rule({ log: true }), `${accept}  log info 10/minute`],
    ["that it does not log", rule({ log: false }), accept],
    ["how it logs", rule({ log: { prefix: "in: ", level: "warning" } }), `${accept}  log warning \`in: \` 10/minute`],
    ["its limit", rule({ limit: "10/minute" }), `${accept}  at most 10/minute burst 5`],
    [
      "its limit per source",
      rule({ limit: { rate: "3/second", burst: 9, perSource: true } }),
      `${accept}  at most 3/second burst 9 per source`,
    ],
    ["its connections", rule({ connections: 100 }), `${accept}  at most 100 open`],
    [
      "its connections per source",
      rule({ connections: { most: 3, perSource: true } }),
      `${accept}  at most 3 open per source`,
    ],
    ["its last day", rule({ expires: "2027-01-31" }), `${accept}  until 2027-01-31T23:59:59Z`],
    ["its last second", rule({ expires: "2027-01-31T12:00:00Z" }), `${accept}  until 2027-01-31T12:00:00Z`],
    [
      "a match of its own",
      rule({ raw: { iptables: ["-m", "length", "--length", "0:100"], nftables: "meta length 0-100" } }),
      `${accept}  raw iptables -m length --length 0:100  raw nftables meta length 0-100`,
    ],
    ["the address to put in", nat({ snat: "203.0.113.5" }), "accept+nat  all services  lan → ext  as 203.0.113.5"],
    [
      "an address of each family to put in, by name",
      nat({ snat: "web" }),
      "accept+nat  all services  lan → ext  as 10.0.0.5, fd00::5",
    ],
    ["where a port goes", forward({}), "forward  https  ext → 10.0.0.5"],
    [
      "where a port goes, in both families",
      forward({ to: ["10.0.0.5", "fd00::5"] }),
      "forward  https  ext → 10.0.0.5, fd00::5",
    ],
    [
      "where a port goes, by name",
      forward({ to: "web", port: 8443 }),
      "forward  https  ext → 10.0.0.5, fd00::5 port 8443",
    ],
    [
      "a range that moves",
      forward({ service: Service.tcp("range", [100, 110]), port: [200, 210] }),
      "forward  range  ext → 10.0.0.5 port 200-210",
    ],
    [
      "that everything is forwarded",
      forward({ service: "all", at: "192.0.2.1" }),
      "forward  all services  ext → 10.0.0.5  at 192.0.2.1",
    ],
    [
      "who may use a port forward, and where",
      forward({ at: "203.0.113.80", source: "office", hairpin: "lan", comment: "shop", services: ["http"] }),
      "forward  https, http  ext → 10.0.0.5  at 203.0.113.80  from office  also from lan  # shop",
    ],
    [
      "conditions of a port forward",
      forward({ exceptSource: "192.0.2.1", limit: "9/day", log: true, at: "any" }),
      "forward  https  ext → 10.0.0.5  not from 192.0.2.1  at most 9/day burst 5  log info 10/minute",
    ],
  ])("%s", (_, declare, expected) => expect(wordsOf(declare)).toBe(expected));
});

test("objects stand for machines, and zones for sides", () => {
  const words = wordsOf(({ fleet, host, ext, lan }) => {
    const machine = new Address(fleet, "shop", { v4: "10.0.0.9" });
    const dmz = host.addZone("dmz", { interfaces: ["br-*"] });
    host.forward({ from: ext, service: Service.HTTPS, to: machine, hairpin: [lan, dmz, "lan"] });
  });
  expect(words).toBe("forward  https  ext → 10.0.0.9  also from lan, dmz");
});

describe("told", () => {
  test.each<[string, (made: Edge) => void, string[]]>([
    ["an exception that is undefined", rule({ exceptSource: undefined }), ["`exceptSource` is given but undefined"]],
    [
      "a limit that is undefined",
      rule({ limit: undefined }),
      ["`limit` is given but undefined, which would match more"],
    ],
    ["an expiry that is undefined", rule({ expires: undefined }), ["`expires` is given but undefined"]],
    ["an external address that is undefined", forward({ at: undefined }), ["`at` is given but undefined"]],
    ["everybody as an exception", rule({ exceptSource: "any" }), ["the entry would never match"]],
    ["an empty exception", rule({ exceptSource: [] }), ["an empty list of addresses matches nothing"]],
    ["a source port that is none", rule({ sourcePort: 0 }), ["`sourcePort` may not be `0`. Allowed: a port from 1"]],
    ["a range that runs backwards", rule({ sourcePort: [9, 3] }), ["`sourcePort` may not be `[9,3]`"]],
    ["no source ports", rule({ sourcePorts: [] }), ["`sourcePorts` may not be `[]`"]],
    ["one of several source ports", rule({ sourcePorts: [5, 70000] }), ["`sourcePorts[1]` may not be `70000`"]],
    ["a wrong rate", rule({ limit: "10/fortnight" }), ["`limit` may not be `10/fortnight`. Allowed: a rate such as"]],
    ["a rate of nothing", rule({ limit: "0/day" }), ["`limit` may not be `0/day`. Allowed: 1 or more"]],
    ["a rate that is too high", rule({ limit: { rate: "10001/day" } }), ["`rate` may not be `10001/day`"]],
    ["a mistyped part", rule({ limit: { rate: "1/day", perSorce: true } }), ["Did you mean `perSource`?"]],
    ["no connections", rule({ connections: 0 }), ["`connections` may not be `0`. Allowed: 1 or more"]],
    ["a level that is none", rule({ log: { level: "loud" } }), ["`level` may not be `loud`. Allowed: `emerg`"]],
    ["a log that is text", rule({ log: "yes" }), ["`log` may not be `yes`. Allowed: `true`, `false`, or a map"]],
    ["a day that does not exist", rule({ expires: "2027-02-30" }), ["`expires` may not be `2027-02-30`"]],
    ["a date beyond the kernel's", rule({ expires: "2038-01-01" }), ["before 2038"]],
    ["a raw match of nothing", rule({ raw: {} }), ["`raw` may not be `{}`. Allowed: words for at least one backend"]],
    ["a raw match with a target", rule({ raw: { iptables: ["-j", "ACCEPT"] } }), ["matches only"]],
    ["a raw match for the other backend", rule({ raw: { iptables: ["-f"] } }), ["`raw` has words for iptables only"]],
    [
      "an address to put in, with allow",
      rule({ to: "lan", snat: "203.0.113.5" }),
      ["no effect with the action `accept`"],
    ],
    ["a network to put in", nat({ snat: "10.0.0.0/8" }), ["`10.0.0.0/8` is a network, and `snat` is one machine"]],
    ["no machine", forward({ to: undefined }), ["`to` is missing"]],
    ["an empty list as a machine", forward({ to: [] }), ["an empty list is no machine"]],
    [
      "two machines",
      forward({ to: ["10.0.0.5", "10.0.0.6"] }),
      ["`to` has 2 addresses of IPv4: `10.0.0.5`, `10.0.0.6`"],
    ],
    ["a host as a machine", ({ host, ext }) => host.forward({ from: ext, to: host as never }), ["is no address"]],
    ["a machine that is not declared", forward({ to: "shop" }), ["`shop` is no address that is declared before"]],
    ["a port that is none", forward({ port: 70000 }), ["`port` may not be `70000`"]],
    ["the host as a zone inside", forward({ hairpin: "host" }), ["`host` is no zone inside"]],
    [
      "a zone inside of another host",
      ({ host, ext, fleet }) => {
        const other = new Host(fleet, "web-2").addZone("lan", { interfaces: ["eth1"] });
        host.forward({ from: ext, to: "10.0.0.5", service: "http", hairpin: other });
      },
      ["the zone `lan` belongs to the host `web-2`"],
    ],
    ["a mistyped property of a port forward", forward({ prt: 3 }), ["a port forward has no property `prt`"]],
    [
      "a port forward from the host",
      ({ host }) => host.forward({ from: "host", to: "10.0.0.5" }),
      ["can not be from `host`"],
    ],
    ["all services to one port", forward({ service: "all", port: 80 }), ["all services go to port 80"]],
    ["tokens", rule({ limit: TOKEN }), ["`limit` holds the unresolved token"]],
    ["tokens inside", rule({ raw: { iptables: ["-m", TOKEN] } }), ["`raw` holds the unresolved token"]],
    ["a token as a machine", forward({ to: TOKEN }), ["is an unresolved token"]],
    [
      "a default that is none",
      ({ host }) => host.addZone("dmz", { interfaces: ["eth2"], default: "allow" as "accept" }),
      ["`default` may not be `allow`. Allowed: `accept`, `reject`, `drop`"],
    ],
    [
      "a protocol that is none",
      ({ ext }) => ext.addInterface({ name: "eth2", protocols: ["ospff", 0, 256, 43] }),
      [
        "`ospff` is no IP protocol",
        "`0` is no IP protocol",
        "`256` is no IP protocol",
        "`43` is no IP protocol. Allowed: a number from 1 to 255 but 43, 44 and 60, which are extension headers of IPv6",
      ],
    ],
    [
      "protocols that are no list",
      ({ ext }) => ext.addInterface({ name: "e", protocols: "gre" as never }),
      ["a list, such as"],
    ],
    ["a pattern of everything", ({ ext }) => ext.addInterface("*"), ["`*` is no name for an interface"]],
    ["a pattern with more behind it", ({ ext }) => ext.addInterface("br-*0"), ["`br-*0` is no name for an interface"]],
    [
      "a pattern that reaches into another zone",
      ({ host }) => host.addZone("dmz", { interfaces: ["eth*"] }),
      ["the interface `eth0` of the zone `ext` fits `eth*`", "the interface `eth1` of the zone `lan` fits `eth*`"],
    ],
    [
      "what becomes of invalid packets",
      ({ fleet }) => new Host(fleet, "x", { invalid: "accept" as "drop" }),
      ["`invalid` may not be `accept`. Allowed: `drop`, `ignore`"],
    ],
    ["a group of nothing", ({ fleet }) => new Address(fleet, "g", { members: [] }), ["the address `g` is empty"]],
    [
      "a group that is no list",
      ({ fleet }) => new Address(fleet, "g", { members: "a" as never }),
      ["`members` may not be"],
    ],
    [
      "a member that is unknown",
      ({ fleet }) => new Address(fleet, "g", { members: ["offise"] }),
      ["`offise` is no address"],
    ],
    [
      "a group of itself",
      ({ fleet }) => new Address(fleet, "g", { members: ["g"] }),
      ["`g` is no address that is declared"],
    ],
  ])("%s", (_, declare, expected) => expectFindings(declare, expected));
});

test("an expiry is compared with the day that the fleet is given", () => {
  const findings = (today?: string) => {
    const made = edge(today === undefined ? {} : { today });
    made.host.allow({ from: "ext", to: "host", expires: "2026-11-21" });
    return told(made.fleet);
  };
  expect(findings()).toEqual([]);
  expect(findings("2026-11-07")).toEqual([]);
  expect(findings("2026-11-08")).toEqual([expect.stringContaining("the entry ends soon")]);
  expect(findings("2026-11-21")).toEqual([expect.stringContaining("the entry ends soon")]);
  expect(findings("2026-11-22")).toEqual([expect.stringContaining("the entry has expired")]);
  expect(findings("22.11.2026")).toEqual([expect.stringContaining("`22.11.2026` is no day")]);
});

test("a group unites its members, each once, and their mistakes are told once", () => {
  const { fleet, host, stack, root } = edge();
  const office = new Address(fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:1::/48" });
  const inner = new Address(fleet, "inner", { members: [office, "192.0.2.0/24"] });
  const all = new Address(stack, "all-of-them", { v4: "10.0.0.1", members: [inner, office, "2001:db8:2::1"] });
  host.allow({ from: "ext", to: host, source: all });
  expect(told(fleet)).toEqual([]);
  expect(fleet.policies()[0]?.addresses).toEqual({
    "all-of-them": {
      v4: ["10.0.0.1", "203.0.113.0/24", "192.0.2.0/24"],
      v6: ["2001:db8:1::/48", "2001:db8:2::1"],
    },
  });
  const far = new Address(new Construct(root, "elsewhere"), "far", { v4: "x" });
  host.allow({ from: "ext", to: host, source: new Address(fleet, "with-far", { members: [far] }) });
  expect(told(fleet)).toEqual([expect.stringContaining("elsewhere/far: `x` is not an IPv4 address")]);
});

test("zones, interfaces and invalid packets reach the policy, and only where they are given", () => {
  const { fleet } = edge();
  const host = new Host(fleet, "gate", { invalid: "ignore", backend: "iptables" });
  host.addZone("ext", { interfaces: [{ name: "eth0", protocols: ["ospf", 47, "gre"] }, "ppp*"], default: "drop" });
  host.reject({ from: "ext", to: ALL });
  const [plain, policy] = fleet.policies();
  expect(policy).toMatchObject({
    backend: "iptables",
    invalid: "ignore",
    zones: [{ default: "drop", interfaces: [{ protocols: [47, 89] }, { name: "ppp*" }] }],
  });
  expect(JSON.stringify(plain)).not.toMatch(/invalid|default|protocols/);
});

test("ids of port forwards come from their services", () => {
  const { fleet, host } = edge();
  for (const service of ["https", "https", "all"])
    host.forward({ from: "ext", service, to: "10.0.0.5", at: "192.0.2.1" });
  host.forward({ from: "ext", service: "dns", to: "10.0.0.5", id: "resolver" });
  const ids = fleet.policies()[0]?.entries.map(({ origin }) => origin.path.split("/").at(-1));
  expect(ids).toEqual(["forward-https", "forward-https-2", "forward-all", "resolver"]);
});

test("two builds of one source are equal, byte by byte", () => {
  const build = () => {
    const { fleet, host } = edge();
    const office = new Address(fleet, "office", { members: ["203.0.113.0/24", "2001:db8:1::/48"] });
    host.forward({ from: "ext", to: "10.0.0.5", at: office, service: "https", limit: "1/day", log: true, port: 8443 });
    host.allowNat({ from: "lan", to: "ext", snat: ["203.0.113.5"], connections: 3, expires: "2027-01-31" });
    return JSON.stringify(fleet.policies());
  };
  expect(build()).toBe(build());
});

const HOSTILE = [
  "",
  "it's",
  "a\nb",
  "a\0b",
  "$(reboot)",
  "`reboot`",
  "a|b",
  "\\",
  "ä",
  "a\u202eb",
  "-j",
  "x".repeat(300),
  TOKEN,
];
const HARMLESS = new Set(['log.prefix:"-j"']);

describe.each<[string, (text: string) => (made: Edge) => void]>([
  ["exceptSource", (text) => rule({ exceptSource: text })],
  ["exceptDestination", (text) => rule({ exceptDestination: [text] })],
  ["sourcePort", (text) => rule({ sourcePort: text })],
  ["log.prefix", (text) => rule({ log: { prefix: text } })],
  ["log.level", (text) => rule({ log: { level: text } })],
  ["limit", (text) => rule({ limit: text })],
  ["connections", (text) => rule({ connections: text })],
  ["expires", (text) => rule({ expires: text })],
  ["raw.iptables", (text) => rule({ raw: { iptables: [text] } })],
  ["a name of a condition", (text) => rule({ limit: { rate: "1/day", [text]: 1 } })],
  ["snat", (text) => nat({ snat: text })],
  ["to", (text) => forward({ to: text })],
  ["port", (text) => forward({ port: text })],
  ["at", (text) => forward({ at: text })],
  ["hairpin", (text) => forward({ hairpin: text })],
  [
    "a member",
    (text) =>
      ({ fleet }) =>
        new Address(fleet, "g", { members: [text] }),
  ],
  [
    "a protocol",
    (text) =>
      ({ ext }) =>
        ext.addInterface({ name: "eth9", protocols: [text] }),
  ],
  [
    "a default",
    (text) =>
      ({ host }) =>
        host.addZone("dmz", { interfaces: ["eth9"], default: text as "drop" }),
  ],
])("%s refuses hostile text", (place, declare) => {
  test.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 40), text]))("%s", (shown, text) => {
    if (HARMLESS.has(`${place}:${shown}`)) return;
    const made = edge();
    declare(text)(made);
    const findings = told(made.fleet);
    expect(findings).not.toEqual([]);
    for (const finding of findings) {
      // eslint-disable-next-line no-control-regex
      expect(finding).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(finding.length).toBeLessThan(1500);
    }
  });
});
