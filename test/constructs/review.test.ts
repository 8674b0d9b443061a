import { Host, Service, type ExpectProps, type HostPolicy } from "../../constructs";
import { probesOf } from "../../lib/model/probes";
import { edge, expectFindings, type Edge } from "./harness";

const policyOf = (declare: (edge: Edge) => void, props = {}): HostPolicy => {
  const made = edge(props);
  declare(made);
  const [policy] = made.fleet.policies();
  if (policy === undefined) throw new Error("no policy");
  return policy;
};
const SSH = { name: "ssh", matches: [{ kind: "ports", protocol: "tcp", ports: [[22, 22]] }] };

describe("an expectation", () => {
  const expected = (props: (edge: Edge) => ExpectProps) => {
    const policy = policyOf((made) => made.host.expect(props(made)).accepted());
    const { origin, ...rest } = policy.review?.expectations?.[0] ?? { origin: { path: "" } };
    expect(origin).toMatchObject({ path: "edge/fleet/web-1/expect-1", file: "test/constructs/review.test.ts" });
    return rest;
  };

  test.each<[string, (edge: Edge) => ExpectProps, object]>([
    [
      "from a zone to the host",
      ({ ext }) => ({ from: ext, service: Service.SSH }),
      { from: { kind: "zone", name: "ext" }, to: { kind: "host" }, services: [SSH], words: "ssh  ext → host" },
    ],
    [
      "from anywhere",
      () => ({ service: "ssh" }),
      { to: { kind: "host" }, services: [SSH], words: "ssh  any zone → host" },
    ],
    [
      "of all services, between two zones and addresses",
      ({ ext, lan }) => ({ from: lan, to: ext, source: "10.0.0.0/8", destination: ["192.0.2.1", "2001:db8::1"] }),
      {
        from: { kind: "zone", name: "lan" },
        to: { kind: "zone", name: "ext" },
        source: { v4: ["10.0.0.0/8"], v6: [] },
        destination: { v4: ["192.0.2.1"], v6: ["2001:db8::1"] },
        services: [],
        words: "all services  lan → ext  from 10.0.0.0/8  to 192.0.2.1, 2001:db8::1",
      },
    ],
    [
      "live, by the deployer",
      ({ ext }) => ({ from: ext, service: "ssh", live: true }),
      { live: { by: { kind: "deployer" }, address: "203.0.113.11" } },
    ],
    [
      "live, by another host, whose address is the source",
      ({ fleet }) => ({ from: new Host(fleet, "app-1", { address: "10.0.0.9" }), service: "ssh", live: true }),
      { source: { v4: ["10.0.0.9"], v6: [] }, live: { by: { kind: "host", name: "app-1" }, address: "203.0.113.11" } },
    ],
    [
      "live, at another address",
      ({ ext }) => ({ from: ext, service: "ssh", live: { address: "198.51.100.7" } }),
      { live: { by: { kind: "deployer" }, address: "198.51.100.7" } },
    ],
  ])("%s", (_, props, wanted) => expect(expected(props)).toMatchObject({ verdict: "accepted", ...wanted }));

  test.each<[string, (edge: Edge) => void, string[]]>([
    ["that says nothing", ({ host }) => void host.expect({ service: "ssh" }), ["End it with `.accepted()`"]],
    ["of no known service", ({ host }) => host.expect({ service: "shh" }).refused(), ["`shh`"]],
    ["from no known zone", ({ host }) => host.expect({ from: "exd" }).refused(), ["`exd` is no zone of `web-1`"]],
    ["to all", ({ host }) => host.expect({ to: "all" }).refused(), ["`all` is no place to ask for"]],
    ["from all", ({ host }) => host.expect({ from: "all" }).refused(), ["`all` is no place to ask for"]],
    [
      "to a container",
      ({ host }) => host.expect({ to: "container web" }).refused(),
      ["only the host knows its address"],
    ],
    ["with a mistyped property", ({ host }) => host.expect({ form: "ext" } as never).refused(), ["mean `from`"]],
    ["live, without a service", ({ host }) => host.expect({ live: true }).refused(), ["no packet to send"]],
    ["live, of a protocol", ({ host }) => host.expect({ service: "gre", live: true }).refused(), ["no packet to send"]],
    [
      "from a host that has a name only",
      ({ host, fleet }) => host.expect({ from: new Host(fleet, "app-1"), service: "ssh" }).refused(),
      ["Give the address that its packets come from as `source`"],
    ],
  ])("%s is a mistake", (_, declare, wanted) => expectFindings(declare, wanted));
});

test("live expectations become packets to send: one for each part of their services", () => {
  const services = [Service.tcp("web", 80, [8000, 8100]), "dns", Service.PING, "gre"];
  const policy = policyOf(({ host }) => host.expect({ from: "ext", services, live: true }).refused());
  const probes = (policy.review?.expectations ?? []).flatMap(probesOf);
  expect(probes.map(({ protocol, port }) => [protocol, port])).toEqual([
    ["tcp", 80],
    ["tcp", 8000],
    ["tcp", 53],
    ["udp", 53],
    ["icmp", undefined],
  ]);
  expect(probes[0]).toMatchObject({ verdict: "refused", by: { kind: "deployer" }, address: "203.0.113.11" });
});

test("what a fleet says of management and findings holds for its hosts, whose own words go first", () => {
  const policy = policyOf(
    ({ fleet, host, ext }) => {
      fleet.private(["redis", Service.POSTGRESQL], { within: ["lan"] });
      fleet.silence("one-family", "IPv6 comes next year");
      fleet.silence("open-host", "a lab");
      host.silence("open-host", "a lab of its own");
      ext.silence("open-host", "nothing listens");
      host.allow({ from: ext, to: host, service: "ssh", silence: { "never-matches": "kept for the audit" } });
    },
    { managedFrom: ["198.51.100.0/24", "2001:db8:9::/48"], allowLockout: true },
  );
  expect(policy.review).toMatchObject({
    managedFrom: { v4: ["198.51.100.0/24"], v6: ["2001:db8:9::/48"] },
    allowLockout: true,
    private: [
      { service: { name: "redis" }, within: ["lan"] },
      { service: { name: "postgresql" }, within: ["lan"] },
    ],
    silence: { "one-family": "IPv6 comes next year", "open-host": "a lab of its own" },
  });
  expect(policy.zones[0]?.silence).toEqual({ "open-host": "nothing listens" });
  expect(policy.entries[0]?.silence).toEqual({ "never-matches": "kept for the audit" });
});

test.each<[string, (edge: Edge) => void, string]>([
  ["a code that is none", ({ host }) => host.silence("never-match" as never, "why"), "Did you mean `never-matches`?"],
  ["what can not be silenced", ({ host }) => host.silence("lockout", "why not"), "`lockout` can not be silenced"],
  ["no reason", ({ ext }) => ext.silence("open-host", ""), "words that say why"],
  [
    "an entry's silence that is no map",
    ({ host, ext }) => host.drop({ from: ext, to: host, silence: "x" as never }),
    "`silence` may not be `x`",
  ],
])("silencing %s is a mistake", (_, declare, wanted) => expectFindings(declare, [wanted]));

test("silences and expectations change nothing on the host", () => {
  const bare = policyOf(({ host, ext }) => host.allow({ from: ext, to: host, service: "ssh" }));
  const reviewed = policyOf(({ host, ext }) => {
    host.allow({ from: ext, to: host, service: "ssh" });
    host.expect({ from: ext, service: "redis", source: "192.0.2.0/24" }).refused();
  });
  expect(reviewed.services).toEqual(bare.services);
  expect(reviewed.addresses).toEqual(bare.addresses);
});
