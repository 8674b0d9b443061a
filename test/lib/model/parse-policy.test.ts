import { parsePolicyFile, readPolicyFile } from "../../../lib/model/parse-policy";
import { expectFindings } from "./harness";

const parse = (text: string) => parsePolicyFile(text, "web.yaml");

const SHORT = `
host: web-1
address: 203.0.113.11
ssh: { user: admin, identityFiles: [/keys/id], jump: [203.0.113.1] }
zones:
  ext: eth0
  lan: [eth1, { name: eth2, dhcp: true }]
addresses:
  office: [203.0.113.0/24, "2001:DB8:1::/48"]
  unused: 10.0.0.1
services:
  web: [http, https, tcp/8080-8090]
entries:
  - { accept: ssh, from: ext, to: host, source: office }
  - accept: [web, tcp/9100]
    from: ext
    to: host
    comment: the public side
  - { accept+nat: all, from: lan, to: ext, source: [10.0.0.0/8], destination: any }
  - { reject: all, from: ext, to: all }
`;

const origin = (inside: string, line: number) => ({ path: `web.yaml:${inside}`, file: "web.yaml", line });
const tcp = (first: number, last = first) => ({ kind: "ports", protocol: "tcp", ports: [[first, last]] });

test("the short form says what the full form says", () => {
  const rule = { kind: "rule", source: [], destination: [], services: [] };
  const [ext, lan] = [
    { kind: "zone", name: "ext" },
    { kind: "zone", name: "lan" },
  ];
  expect(parse(SHORT)).toEqual([
    {
      format: 1,
      host: "web-1",
      path: "web.yaml",
      backend: "nftables",
      target: {
        address: "203.0.113.11",
        user: "admin",
        identityFiles: ["/keys/id"],
        jump: [{ address: "203.0.113.1" }],
      },
      zones: [
        {
          name: "ext",
          interfaces: [{ name: "eth0", dhcp: false, origin: origin("zones/ext/0", 6) }],
          origin: origin("zones/ext", 6),
        },
        {
          name: "lan",
          interfaces: [
            { name: "eth1", dhcp: false, origin: origin("zones/lan/0", 7) },
            { name: "eth2", dhcp: true, origin: origin("zones/lan/1", 7) },
          ],
          origin: origin("zones/lan", 7),
        },
      ],
      addresses: {
        office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:1::/48"] },
        "10.0.0.0/8": { v4: ["10.0.0.0/8"], v6: [] },
      },
      services: { ssh: [tcp(22)], web: [tcp(80), tcp(443), tcp(8080, 8090)], "tcp/9100": [tcp(9100)] },
      entries: [
        {
          ...rule,
          action: "accept",
          from: ext,
          to: { kind: "host" },
          services: ["ssh"],
          source: ["office"],
          origin: origin("entries/0", 14),
        },
        {
          ...rule,
          action: "accept",
          from: ext,
          to: { kind: "host" },
          services: ["web", "tcp/9100"],
          comment: "the public side",
          origin: origin("entries/1", 15),
        },
        { ...rule, action: "accept+nat", from: lan, to: ext, source: ["10.0.0.0/8"], origin: origin("entries/2", 19) },
        { ...rule, action: "reject", from: ext, to: { kind: "all" }, origin: origin("entries/3", 20) },
      ],
    },
  ]);
});

// Property: parse(JSON(policy)) = policy, for one and for many.
test("the full form is read as it was written", () => {
  const policies = parse(SHORT);
  expect(parsePolicyFile(JSON.stringify(policies[0]), "policy.json")).toEqual(policies);
  expect(parsePolicyFile(JSON.stringify({ hosts: policies }), "policy.json")).toEqual(policies);
});

test("hosts of one file share objects, and their own go before those", () => {
  const policies = parse(`
addresses: { office: 10.0.0.1 }
services: { web: [http] }
hosts:
  - { host: a, zones: { ext: eth0 }, entries: [{ accept: web, from: ext, to: host, source: office }] }
  - host: b
    zones: { ext: eth0 }
    addresses: { office: 10.0.0.2 }
    entries:
      - { accept: web, from: ext, to: host, source: office }
`);
  expect(policies.map(({ addresses }) => addresses["office"]?.v4)).toEqual([["10.0.0.1"], ["10.0.0.2"]]);
  expect(policies.map(({ entries }) => entries[0]?.origin)).toEqual([
    origin("hosts/a/entries/0", 5),
    origin("hosts/b/entries/0", 10),
  ]);
});

describe("told with line and column", () => {
  const host = "host: a\nzones: { ext: eth0, lan: eth1 }\n";
  const entry = (fields: string) => `${host}entries:\n  - { ${fields} }\n`;
  test.each<[string, string, string[]]>([
    ["an empty file", "", ["web.yaml:1:1: the policy is empty, or no map. Start with `host: NAME`"]],
    ["a list", "[]", ["the policy is empty, or no map"]],
    ["no hosts", "hosts: []", ["`hosts` may not be `[]`. Allowed: at least one host"]],
    ["a syntax error", "host: a\nzones: {", ["web.yaml:2:9: this is no valid YAML"]],
    ["no host", "zones: { ext: eth0 }", ["`host` is missing"]],
    [
      "a mistyped key",
      `${host}entires: []`,
      [
        "web.yaml:3:1 (entires): `entires` is not known here. Allowed: `host`, `groups`, `address`, `ssh`, `backend`, `install`, `invalid`, `countryDatabase`, `zones`, `addresses`, `services`, `entries`, `managedFrom`, `allowLockout`, `private`, `silence`, `expect`. Did you mean `entries`?",
      ],
    ],
    [
      "a mistyped key of an entry",
      entry("accept: ssh, form: ext, from: ext, to: host"),
      ["web.yaml:4:20 (entries/0/form): `form` is not known here"],
    ],
    ["no action", entry("from: ext, to: host"), ["the entry has no action. Allowed: one of `accept`"]],
    [
      "two actions",
      entry("accept: ssh, drop: dns, from: ext, to: host"),
      ["the entry has several actions: `accept`, `drop`"],
    ],
    [
      "an entry as text",
      `${host}entries:\n  - accept ssh\n`,
      ['web.yaml:4:5 (entries/0): `entries[0]` may not be `"accept ssh"`. Allowed: a map'],
    ],
    [
      "an unknown zone",
      entry("accept: ssh, from: exd, to: host"),
      ["web.yaml:4 (entries/0): `exd` is no zone of `a`. Allowed: `ext`, `lan`, `host`. Did you mean `ext`?"],
    ],
    [
      "an unknown address",
      `addresses: { office: 10.0.0.1 }\n${entry("accept: ssh, from: ext, to: host, source: offise")}`,
      ["Did you mean `office`?"],
    ],
    ["an unknown service", entry("accept: shh, from: ext, to: host"), ["`shh` is no known service"]],
    ["port 0", entry("accept: tcp/0, from: ext, to: host"), ["`tcp/0` is no service"]],
    ["port 70000", `${host}services: { x: tcp/70000 }\n`, ["web.yaml:3:16 (services/x/0): `tcp/70000` is no service"]],
    [
      "a wrong address",
      `${host}addresses: { x: [10.0.0.1/8] }\n`,
      ["web.yaml:3:18 (addresses/x/0): `10.0.0.1/8` has host bits below /8"],
    ],
    [
      "an interface in two zones",
      "host: a\nzones: { ext: eth0, lan: eth0 }\n",
      ["web.yaml:2 (zones/lan/0): the interface `eth0` is in two zones, `ext` and `lan`"],
    ],
    ["a zone twice", "host: a\nzones: { ext: eth0, ext: eth1 }\n", ["the key `ext` is given twice"]],
    ["a reserved zone", "host: a\nzones: { all: eth0 }\n", ["web.yaml:2:10 (zones/all): `all` is no valid name"]],
    ["two hosts of one name", "hosts: [{ host: a }, { host: A }]", ["two hosts are named `A`"]],
    ["`all` as a source", entry("accept: ssh, from: all, to: host"), ["`all` is no source"]],
    [
      "families that do not meet",
      entry("accept: ssh, from: ext, to: host, source: 10.0.0.1, destination: '::1'"),
      ["the rule can never match"],
    ],
    [
      "a newer format",
      '{ "format": 2, "host": "a" }',
      ["web.yaml:1:13 (format): the policy has the format `2`. Allowed: `1`"],
    ],
    [
      "a part of a broken entry does not hide another entry's mistake",
      `${host}entries:\n  - { from: 1 }\n  - { accept: ssh, from: exd, to: host }\n`,
      ["`to` is missing", "`from` may not be `1`", "`exd` is no zone"],
    ],
    [
      "a broken zone is a zone that entries can name",
      "host: a\nzones: { ext: [] }\nentries: [{ accept: ssh, from: ext, to: host }]",
      ["`ext` may not be `[]`"],
    ],
    [
      "a broken address is an address that entries can name",
      `${host}addresses: { x: y }\nentries: [{ accept: ssh, from: ext, to: host, source: x }]`,
      ["`y` is no known address"],
    ],
  ])("%s", (_, text, expected) => expectFindings(() => parse(text), expected));

  test.each(["it's", "a\nb", "$(reboot)", "a b", "x".repeat(300), ""])("hostile names: %j", (name) => {
    const value = {
      host: name,
      zones: { [name]: [name] },
      addresses: { [name]: "10.0.0.1" },
      services: { [name]: "ssh" },
      entries: [],
    };
    expect(() => parse(JSON.stringify(value))).toThrow(/has 5 mistakes/);
  });
});

describe("a rollout of the file's hosts", () => {
  const file = (rollout: string) => `rollout: ${rollout}\nhosts:\n  - { host: a, groups: [web] }\n  - { host: b }\n`;

  test("is read in the words of the program", () => {
    const { rollout } = readPolicyFile(file('{ canary: ["group:web"], waves: 1, atomic: true }'), "f.yaml");
    expect(rollout).toMatchObject({ canary: ["group:web"], waves: 1, atomic: true, maxFailures: 0 });
  });

  test.each([
    ["{ canary: many }", /f\.yaml:1:\d+.*`canary` may not be/],
    ["{ groups: [wab] }", /f\.yaml:1.*`groups` names `wab`.*Did you mean `web`/],
  ])("%s is told with its line", (rollout, message) => {
    expect(() => readPolicyFile(file(rollout), "f.yaml")).toThrow(message);
  });
});
