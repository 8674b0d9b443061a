import { parsePolicyFile } from "../../../lib/model/parse-policy";
import { policyInWords } from "../../../lib/model/policy-words";
import { expectFindings } from "./harness";

const HEAD = `host: gate
zones:
  ext: { interfaces: [eth0], default: drop }
  lan: [eth1, { name: "br-*", protocols: [gre, 89] }]
addresses:
  partners: [office, 192.0.2.0/24]
  office: [203.0.113.0/24, "2001:db8:1::/48"]
  web: [10.0.0.5, "fd00::5"]
entries:
`;

const parse = (...entries: string[]) =>
  parsePolicyFile(`${HEAD}${entries.map((entry) => `  - { ${entry} }\n`).join("")}`, "gate.yaml");

const wordsOf = (entry: string) => policyInWords(parse(entry)[0] ?? fail()).at(-1);
const fail = (): never => {
  throw new Error("no policy");
};

describe("an entry says", () => {
  const rule = "from: ext, to: host";
  const accept = "accept      ssh  ext → host";
  test.each<[string, string]>([
    [`accept: ssh, ${rule}, exceptSource: office`, `${accept}  not from office`],
    [
      `accept: ssh, from: ext, to: lan, exceptDestination: [10.0.0.1, web]`,
      "accept      ssh  ext → lan  not to 10.0.0.1, web",
    ],
    [`accept: ssh, ${rule}, sourcePort: 22`, `${accept}  source port 22`],
    [
      `accept: ssh, ${rule}, sourcePorts: [22, [1000, 2000], 3000-4000]`,
      `${accept}  source port 22,1000-2000,3000-4000`,
    ],
    [`accept: ssh, ${rule}, log: true`, `${accept}  log info 10/minute`],
    [`accept: ssh, ${rule}, log: false`, accept],
    [
      `accept: ssh, ${rule}, log: { prefix: "x: ", level: warning, rate: 5/hour }`,
      `${accept}  log warning \`x: \` 5/hour`,
    ],
    [`accept: ssh, ${rule}, limit: 10/minute`, `${accept}  at most 10/minute burst 5`],
    [
      `accept: ssh, ${rule}, limit: { rate: 3/second, burst: 9, perSource: true }`,
      `${accept}  at most 3/second burst 9 per source`,
    ],
    [`accept: ssh, ${rule}, connections: 4`, `${accept}  at most 4 open`],
    [`accept: ssh, ${rule}, connections: { most: 4, perSource: true }`, `${accept}  at most 4 open per source`],
    [`accept: ssh, ${rule}, expires: 2027-01-31`, `${accept}  until 2027-01-31T23:59:59Z`],
    [`accept: ssh, ${rule}, expires: 2028-02-29T12:00:00Z`, `${accept}  until 2028-02-29T12:00:00Z`],
    [`accept: ssh, ${rule}, raw: { nftables: meta length 0-100 }`, `${accept}  raw nftables meta length 0-100`],
    [
      `accept+nat: all, from: lan, to: ext, snat: [203.0.113.5, "2001:db8::5"]`,
      "accept+nat  all services  lan → ext  as 203.0.113.5, 2001:db8::5",
    ],
    [`accept: ssh, ${rule}, source: partners`, `${accept}  from partners`],
    [`forward: https, from: ext, to: 10.0.0.5`, "forward     https  ext → 10.0.0.5"],
    [`forward: https, from: ext, to: web`, "forward     https  ext → 10.0.0.5, fd00::5"],
    [
      `forward: https, from: ext, to: [10.0.0.5, "fd00::5"], port: 8443, at: office, hairpin: lan, source: any, limit: 9/day`,
      "forward     https  ext → 10.0.0.5, fd00::5 port 8443  at office  also from lan  at most 9/day burst 5",
    ],
    [
      `forward: [tcp/100-110], from: ext, to: 10.0.0.5, port: [200, 210], comment: x`,
      "forward     tcp/100-110  ext → 10.0.0.5 port 200-210  # x",
    ],
    [`forward: all, from: ext, to: 10.0.0.5, at: office`, "forward     all services  ext → 10.0.0.5  at office"],
  ])("%s", (entry, expected) => expect(wordsOf(entry)).toBe(expected));
});

test("zones, interfaces, groups and packets that conntrack does not know", () => {
  const [policy] = parsePolicyFile(
    `invalid: ignore\n${HEAD}  - { drop: all, from: ext, to: host, source: partners }`,
    "x.yaml",
  );
  expect(policyInWords(policy ?? fail()).slice(0, -1)).toEqual([
    "zone       ext  eth0  else drop",
    "zone       lan  eth1, br-* (protocol 47, protocol 89)",
    "address    partners  203.0.113.0/24, 192.0.2.0/24, 2001:db8:1::/48",
    "invalid    let pass to the entries",
  ]);
});

// Property: parse(JSON(policy)) = policy, with every kind of entry and condition.
test("the full form is read as it was written", () => {
  const policies = parse(
    "forward: https, from: ext, to: web, port: 8443, hairpin: lan, connections: 3",
    "accept+nat: all, from: lan, to: ext, snat: 203.0.113.5, expires: 2027-01-31, exceptSource: office",
    "drop: tcp/1-9, from: ext, to: host, sourcePort: 5, log: true, limit: 1/day, raw: { nftables: meta length 9 }",
  );
  expect(parsePolicyFile(JSON.stringify(policies[0]), "policy.json")).toEqual(policies);
});

test("nothing that a loader could not quote comes in by the place of an entry", () => {
  const [policy] = parse("accept: ssh, from: ext, to: host");
  const hostile = JSON.stringify({ ...policy, entries: [{ ...policy?.entries[0], origin: { path: "a\nCOMMIT" } }] });
  expectFindings(() => parsePolicyFile(hostile, "policy.json"), ["printable characters on one line"]);
  const [named] = parsePolicyFile(`${HEAD}  - { accept: ssh, from: ext, to: host }`, "a\nb.yaml");
  expect(named?.entries[0]?.origin.path).toBe("a?b.yaml:entries/0");
});

test("a group may name what a file shares under its own name", () => {
  const [policy] = parsePolicyFile(
    `addresses: { office: 10.0.0.1 }
hosts:
  - host: a
    zones: { ext: eth0 }
    addresses: { office: [office, 10.0.0.2] }
    entries: [{ accept: ssh, from: ext, to: host, source: office }]`,
    "x.yaml",
  );
  expect(policy?.addresses["office"]?.v4).toEqual(["10.0.0.1", "10.0.0.2"]);
});

describe("told with line and column", () => {
  const rule = "accept: ssh, from: ext, to: host";
  const forward = "forward: https, from: ext, to: 10.0.0.5";
  test.each<[string, string, string[]]>([
    ["a wrong rate", `${rule}, limit: 10/fortnight`, ["gate.yaml:10:48", "`limit` may not be `10/fortnight`"]],
    ["a mistyped key of a log", `${rule}, log: { levl: info }`, ["`levl` is not known here", "Did you mean `level`?"]],
    ["a log that is neither on nor off", `${rule}, log: maybe`, ["`log` may not be `maybe`. Allowed: `true`, `false`"]],
    ["a day that does not exist", `${rule}, expires: 2027-02-29`, ["`expires` may not be `2027-02-29`"]],
    ["a port that is none", `${rule}, sourcePort: 70000`, ["`sourcePort` may not be `70000`"]],
    ["a raw verdict", `${rule}, raw: { iptables: [-j, ACCEPT] }`, ["matches only: no chain, no target"]],
    ["a network as a machine", "forward: https, from: ext, to: 10.0.0.0/8", ["`10.0.0.0/8` is a network"]],
    ["two machines", "forward: https, from: ext, to: [10.0.0.5, 10.0.0.6]", ["has 2 addresses of IPv4"]],
    ["an unknown machine", "forward: https, from: ext, to: wep", ["`wep` is no known address", "Did you mean `web`?"]],
    ["a mistyped key of a port forward", `${forward}, prt: 3`, ["`prt` is not known here", "Did you mean `port`?"]],
    ["a port forward that also accepts", `${forward}, accept: ssh`, ["several actions: `accept`, `forward`"]],
    ["exceptions without an end", `${rule}, exceptSource: any`, ["the entry would never match"]],
    ["from the host", "forward: https, from: host, to: 10.0.0.5", ["a port forward can not be from `host`"]],
    ["an unknown hairpin zone", `${forward}, hairpin: lam`, ["`lam` is no zone of `gate`", "Did you mean `lan`?"]],
  ])("%s", (_, entry, parts) => {
    expectFindings(() => parse(entry), [parts[0] ?? ""]);
    expect(() => parse(entry)).toThrow(expect.objectContaining({ findings: [expect.anything()] }) as Error);
    for (const part of parts) expectFindings(() => parse(entry), [part]);
  });

  test.each<[string, string, string]>([
    ["groups in a circle", "a: [b], b: [c], c: [a]", "the addresses go in a circle: `a` → `b` → `c` → `a`"],
    ["a group of itself", "a: [a]", "`a` is no known address"],
    ["an unknown member", "a: [bb], bc: 10.0.0.1", "Did you mean `bc`?"],
    ["a hostile member", "a: ['$(x)']", "`$(x)` is not an address or network"],
  ])("%s", (_, addresses, expected) =>
    expectFindings(() => parsePolicyFile(`host: a\naddresses: { ${addresses} }`, "x.yaml"), [expected]),
  );

  test.each<[string, string, string]>([
    ["an unknown default", "{ interfaces: eth0, default: allow }", "`default` may not be `allow`"],
    ["no interfaces", "{ default: drop }", "`interfaces` is missing"],
    [
      "an unknown protocol",
      "{ name: eth0, protocols: [grr] }",
      "`grr` is no IP protocol. Allowed: a number from 1 to 255",
    ],
    ["a pattern of everything", "'*'", "may not be `*`"],
  ])("%s", (_, zone, expected) =>
    expectFindings(() => parsePolicyFile(`host: a\nzones: { ext: ${zone} }`, "x.yaml"), [expected]),
  );
});

test.each(["it's", "a\nb", "$(reboot)", "${x}", "a|b", "\\", "ä", "x".repeat(300), ""])("hostile texts: %j", (text) => {
  const places: Record<string, unknown>[] = [
    { exceptSource: text },
    { exceptDestination: text },
    { sourcePort: text },
    { log: { prefix: text } },
    { log: { level: text } },
    { limit: text },
    { expires: text },
    { raw: { iptables: [text] } },
    { snat: text },
  ];
  for (const place of places) {
    const entry = { accept: "ssh", from: "ext", to: "host", ...place };
    const file = JSON.stringify({ host: "a", backend: "iptables", zones: { ext: "eth0" }, entries: [entry] });
    expect(() => parsePolicyFile(file, "x.yaml")).toThrow(/mistake/);
  }
  for (const place of [{ to: text }, { port: text }, { at: text }, { hairpin: text }]) {
    const entry = { forward: "https", from: "ext", to: "10.0.0.5", ...place };
    const file = JSON.stringify({ host: "a", zones: { ext: "eth0" }, entries: [entry] });
    expect(() => parsePolicyFile(file, "x.yaml")).toThrow(/mistake/);
  }
});

describe("a raw match may narrow a rule, and nothing else", () => {
  const raw = (given: object) => {
    const entry = { accept: "ssh", from: "ext", to: "host", raw: given };
    const backend = "iptables" in given ? "iptables" : "nftables";
    return () => parsePolicyFile(JSON.stringify({ host: "a", backend, zones: { ext: "e" }, entries: [entry] }), "x");
  };
  test.each([
    "-m length --length 0:100",
    "-m recent --set --name x",
    "! -f",
    "-m u32 --u32 0x0=1",
    "-m tos --tos=-1",
    "-p tcp --syn",
    "-1",
  ])("iptables: %s", (words) => expect(raw({ iptables: words.split(" ") })).not.toThrow());
  test.each([
    "-j ACCEPT",
    "-jACCEPT",
    "--jump ACCEPT",
    "--jum=ACCEPT",
    "-g x",
    "--got x",
    "-A INPUT",
    "-t nat",
    "--c x",
    "-I",
    "--modp x",
    "-c 1 1",
    "x;y",
    "`x`",
    "$x",
  ])("not iptables: %s", (words) => expectFindings(raw({ iptables: words.split(" ") }), ["`iptables[0]` may not be"]));
  test.each(["meta length 0-100", "tcp flags & (syn | ack) == syn".replace(/[()]/g, ""), 'ct helper "ftp"'])(
    "nftables: %s",
    (text) => expect(raw({ nftables: text })).not.toThrow(),
  );
  test.each(["accept", "meta mark 1 drop", "x; y", "x # y", "x\ny", "jump x", 'log prefix "x"', "x\\"])(
    "not nftables: %j",
    (text) => expectFindings(raw({ nftables: text }), ["`nftables` may not be"]),
  );
});

test.each<[string, string]>([
  ["accept: tcp/80, from: ext, to: container web", "accept      tcp/80  ext → container web"],
  ["accept: published, from: docker, to: container app=x", "accept      published ports  docker → container app=x"],
  ["forward: https, from: ext, to: container shop/web", "forward     https  ext → container shop/web"],
])("of containers: %s", (entry, words) => {
  const [policy] = parsePolicyFile(
    `host: dock\nzones: { ext: eth0, docker: { containers: open } }\nentries: [{ ${entry} }]\n`,
    "dock.yaml",
  );
  const lines = policyInWords(policy ?? fail());
  expect(lines[1]).toBe("zone       docker  docker0, br-*  containers open");
  expect(lines.at(-1)).toBe(words);
});
