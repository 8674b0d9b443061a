import { ALL, Address, Host, Service, type RuleProps } from "../../constructs";
import { edge, expectFindings, expectValid, type Edge } from "./harness";

const rule = (props: (edge: Edge) => object) => (edge: Edge) =>
  edge.host.allow({ from: "ext", to: "host", ...props(edge) } as RuleProps);

describe("a rule is valid", () => {
  test.each<[string, (edge: Edge) => void]>([
    ["from a zone to the host, as objects", ({ host, ext }) => host.allow({ from: ext, to: host })],
    ["from a zone to the host, by name", ({ host }) => host.allow({ from: "ext", to: "host" })],
    ["towards all", ({ host, ext }) => host.reject({ from: ext, to: ALL })],
    ["from the host, outbound", ({ host, ext }) => host.drop({ from: host, to: ext, service: Service.SMTP })],
    ["within a zone", ({ host, ext }) => host.allow({ from: ext, to: ext })],
    ["with masquerading between zones", ({ host, ext, lan }) => host.allowNat({ from: lan, to: ext })],
    ["with masquerading towards all", ({ host, lan }) => host.allowNat({ from: lan, to: ALL })],
    ["with an action as a value", ({ host }) => host.addRule({ action: "accept+nat", from: "lan", to: "ext" })],
    [
      "before its zone is declared",
      ({ host }) => {
        host.allow({ from: "dmz", to: "host" });
        host.addZone("dmz", { interfaces: ["eth2"] });
      },
    ],
    [
      "before its address is declared",
      ({ host, fleet }) => {
        host.allow({ from: "ext", to: "host", source: "office" });
        new Address(fleet, "office", { v4: "203.0.113.1" });
      },
    ],
    ["with a literal address", rule(() => ({ source: "203.0.113.0/24", destination: "203.0.113.9" }))],
    ["with any address and all services", rule(() => ({ source: "any", service: "all" }))],
    [
      "with a service by name, by object and as text",
      rule(() => ({ services: ["ssh", Service.HTTPS, "tcp/8000-8100", "protocol/47"] })),
    ],
    [
      "with source and destination of one family",
      rule(() => ({ source: "2001:db8::1", destination: "2001:db8::/32" })),
    ],
    [
      "with a source of both families and a destination of one",
      rule(() => ({ source: ["10.0.0.1", "2001:db8::1"], destination: "::1" })),
    ],
    ["with ping from IPv6 only", rule(() => ({ source: "2001:db8::1", service: Service.PING }))],
    ["with a comment and an id", rule(() => ({ comment: "the office's “door”", id: "door" }))],
  ])("%s", (_, declare) => expectValid(declare));
});

describe("a rule is told", () => {
  test.each<[string, (edge: Edge) => void, string[]]>([
    [
      "an unknown zone, with the near name",
      rule(() => ({ from: "exd" })),
      ["`exd` is no zone of `web-1`. Allowed: `ext`, `lan`, `host`. Did you mean `ext`?"],
    ],
    [
      "a zone of another host",
      ({ host, fleet }) => {
        const other = new Host(fleet, "web-2").addZone("ext", { interfaces: ["eth0"] });
        host.allow({ from: other, to: host });
      },
      ["the zone `ext` belongs to the host `web-2`"],
    ],
    [
      "another host as a side",
      ({ host, ext, fleet }) => host.allow({ from: ext, to: new Host(fleet, "db") }),
      ["`to` is another host, `db`"],
    ],
    ["a missing side", rule(() => ({ from: undefined })), ["`from` is missing"]],
    ["`all` as a source", rule(() => ({ from: ALL })), ["`all` is no source"]],
    ["the host to itself", rule(({ host }) => ({ from: host })), ["never matches: loopback is always allowed"]],
    [
      "masquerading towards the host",
      ({ host, ext }) => host.allowNat({ from: ext, to: host }),
      ["nothing to masquerade"],
    ],
    [
      "an unknown address, with the near name",
      (edge) => {
        new Address(edge.fleet, "office", { v4: "203.0.113.1" });
        rule(() => ({ source: "offise" }))(edge);
      },
      [
        "`offise` is no known address. Allowed: the name of a declared address, or an address such as `203.0.113.0/24`. Did you mean `office`?",
      ],
    ],
    ["a broken address", rule(() => ({ source: "203.0.113.300" })), ["`203.0.113.300` is not an IPv4 address"]],
    [
      "host bits below the prefix",
      rule(() => ({ source: "10.0.0.1/8" })),
      ["did you mean `10.0.0.0/8` or `10.0.0.1`?".replace("d", "D")],
    ],
    ["an unknown service, with the near name", rule(() => ({ service: "htps" })), ["`htps` is no known service"]],
    ["port 0", rule(() => ({ service: "tcp/0" })), ["`tcp/0` is no service"]],
    [
      "port 70000",
      rule(() => ({ service: Service.tcp("x", 70000) })),
      ["the service `x`: `70000` is no port. Allowed: 1 to 65535"],
    ],
    [
      "families that do not meet",
      rule(() => ({ source: "10.0.0.1", destination: "::1" })),
      ["the rule can never match: its source `10.0.0.1` is only IPv4, its destination `::1` is only IPv6"],
    ],
    [
      "a service of the other family",
      rule(() => ({ source: "10.0.0.1", service: Service.icmp("mld", { v6types: [143] }) })),
      ["its service `mld` is only IPv6"],
    ],
    [
      "an address that is given but undefined",
      rule(() => ({ source: undefined })),
      ["`source` is given but undefined, which would match everything"],
    ],
    ["an empty list of addresses", rule(() => ({ source: [] })), ["an empty list of addresses matches nothing"]],
    ["an empty list of services", rule(() => ({ services: [] })), ["an empty list of services matches nothing"]],
    ["a mistyped property", rule(() => ({ sorce: "10.0.0.1" })), ["a rule has no property `sorce`"]],
    [
      "an unknown action",
      ({ host }) => host.addRule({ action: "acept" as "accept", from: "ext", to: "host" }),
      ["`acept` is no action. Allowed: `accept`, `accept+nat`, `reject`, `drop`. Did you mean `accept`?"],
    ],
    [
      "an id that is taken",
      ({ host }) => {
        host.allow({ from: "ext", to: host, id: "a" });
        host.allow({ from: "ext", to: host, id: "a" });
      },
      ["the id `a` is taken"],
    ],
    ["a comment of two lines", rule(() => ({ comment: "a\nb" })), ["`a\\u{a}b` is no comment"]],
    [
      "two addresses of one name",
      ({ host, fleet }) => {
        host.allow({ from: "ext", to: host, source: new Address(fleet, "office", { v4: "10.0.0.1" }) });
        host.allow({ from: "ext", to: host, source: new Address(host, "office", { v4: "10.0.0.2" }) });
      },
      ["two addresses named `office` are used on one host"],
    ],
    [
      "two services of one name",
      ({ host }) => {
        host.allow({ from: "ext", to: host, service: Service.tcp("x", 1) });
        host.allow({ from: "ext", to: host, service: Service.tcp("x", 2) });
      },
      ["two services named `x` with different content"],
    ],
    [
      "an unresolved token",
      rule(() => ({ source: "${TfToken[TOKEN.3]}" })),
      ["is an unresolved token. Give a value that is known at synth"],
    ],
    [
      "all mistakes of one rule",
      rule(() => ({ from: "exd", source: "offise", service: "htps" })),
      ["`exd`", "`offise`", "`htps`"],
    ],
  ])("%s", (_, declare, expected) => expectFindings(declare, expected));
});

test("rules keep the order of declaration over all methods, and ids come from their content", () => {
  const { host, fleet } = edge();
  host.allow({ from: "ext", to: host, service: Service.SSH });
  host.drop({ from: "ext", to: host, service: "ssh" });
  host.allow({ from: "lan", to: host, service: Service.SSH });
  host.allow({ from: "lan", to: host, services: ["http", "https"] });
  host.allow({ from: "lan", to: host, services: ["http", "https", "dns", "ntp"], id: "allow-ssh-3" });
  host.allow({ from: "ext", to: host, service: "ssh" });
  host.allowNat({ from: "lan", to: "ext" });
  host.reject({ from: "ext", to: ALL });
  const entries = fleet.policies()[0]?.entries ?? [];
  expect(
    entries.map((one) => [one.kind === "rule" && one.action, one.origin.path.replace("edge/fleet/web-1/", "")]),
  ).toEqual([
    ["accept", "allow-ssh"],
    ["drop", "drop-ssh"],
    ["accept", "allow-ssh-2"],
    ["accept", "allow-http-https"],
    ["accept", "allow-ssh-3"],
    ["accept", "allow-ssh-4"],
    ["accept+nat", "allow-nat-all"],
    ["reject", "reject-all"],
  ]);
});

test("a name is looked up on the host first, then on the fleet, then further up", () => {
  const { host, fleet, stack } = edge();
  for (const name of ["a", "b", "c"]) new Address(stack, name, { v4: "10.0.0.1" });
  for (const name of ["a", "b"]) new Address(fleet, name, { v4: "10.0.0.2" });
  new Address(host, "a", { v4: "10.0.0.3" });
  host.allow({ from: "ext", to: host, source: ["a", "b", "c"] });
  const v4 = Object.values(fleet.policies()[0]?.addresses ?? {}).map((address) => address.v4[0]);
  expect(v4).toEqual(["10.0.0.3", "10.0.0.2", "10.0.0.1"]);
});

test("services that the fleet declares go before those of the library", () => {
  const { host, fleet } = edge({ services: [Service.tcp("ssh", 2222)] });
  host.allow({ from: "ext", to: host, service: "ssh" });
  expect(fleet.policies()[0]?.services).toEqual({ ssh: [{ kind: "ports", protocol: "tcp", ports: [[2222, 2222]] }] });
});
