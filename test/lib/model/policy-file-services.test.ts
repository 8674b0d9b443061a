import { parsePolicyFile } from "../../../lib/model/parse-policy";
import type { ServicePolicy } from "../../../lib/model/services";
import { expectFindings } from "./harness";

const tcp = (...ports: number[]) => ({ kind: "ports", protocol: "tcp", ports: ports.map((port) => [port, port]) });

const textOf = (services: string, accept: string) =>
  `host: gate\nzones: { ext: eth0 }\nservices: ${services}\nentries: [{ accept: ${accept}, from: ext, to: host }]\n`;
const read = (services: string, accept: string): Readonly<Record<string, ServicePolicy>> =>
  parsePolicyFile(textOf(services, accept), "gate.yaml")[0]?.services ?? {};

describe("a service of a policy file", () => {
  test.each<[string, string, string, unknown[]]>([
    ["is ports", "{ x: tcp/9100 }", "x", [tcp(9100)]],
    ["is several of several kinds", '{ x: ["tcp/80,443", protocol/47, ping] }', "x", [tcp(80, 443), { kind: "protocol", number: 47 }, { kind: "icmp", v4: [{ type: 8 }], v6: [{ type: 128 }] }]],
    ["is ICMP types, some with a code", '{ x: ["icmp/8,3/4", icmpv6/128] }', "x", [{ kind: "icmp", v4: [{ type: 8 }, { type: 3, code: 4 }] }, { kind: "icmp", v6: [{ type: 128 }] }]],
    ["unites others, in any order, and groups of them", "{ every: [web, icmp/8], web: [http, own], own: tcp/9100 }", "every", [tcp(80), tcp(9100), { kind: "icmp", v4: [{ type: 8 }] }]],
    ["goes before that of the library, also in groups", "{ ssh: tcp/2222, x: [ssh, http] }", "x", [tcp(2222), tcp(80)]],
    ["adds to that of the library under its name", "{ ssh: [ssh, tcp/2222] }", "ssh", [tcp(22), tcp(2222)]],
  ])("%s", (_, services, name, wanted) => expect(read(services, name)).toEqual({ [name]: wanted })); // prettier-ignore

  test("is shared by the hosts of a file, whose own go before it", () => {
    const policies = parsePolicyFile(
      `services: { web: [http, extra], extra: tcp/81 }
hosts:
  - { host: a, zones: { ext: eth0 }, entries: [{ accept: web, from: ext, to: host }] }
  - { host: b, zones: { ext: eth0 }, services: { web: [web, tcp/82] }, entries: [{ accept: web, from: ext, to: host }] }
`,
      "both.yaml",
    );
    expect(policies.map(({ services }) => services["web"])).toEqual([
      [tcp(80), tcp(81)],
      [tcp(80), tcp(81), tcp(82)],
    ]);
  });

  test("that is written where it is used survives the full form", () => {
    const policies = parsePolicyFile(textOf("{}", '["tcp/80,443", "icmp/3/4,8"]'), "gate.yaml");
    expect(parsePolicyFile(JSON.stringify(policies[0]), "policy.json")).toEqual(policies);
  });

  test.each<[string, string, string]>([
    ["a circle", "{ a: [b, http], b: a }", "the services go in a circle: `a` → `b` → `a`"],
    ["a name that nobody knows", "{ a: [htttp] }", "`htttp` is no known service. Allowed: the name of a declared service, a name from the library, or `tcp/443`"],
    ["the near name", "{ a: [htttp] }", "Did you mean `http`?"],
    ["the near name of one's own", "{ metrics: tcp/9100, a: [metricss] }", "Did you mean `metrics`?"],
    ["a text that is no name", '{ a: "tcp 80" }', "`tcp 80` is no name of a service, and none of `tcp/443`"],
    ["a port that is none", "{ a: tcp/70000 }", "`tcp/70000` is no service"],
    ["an ICMP type that is none", "{ a: icmp/256 }", "ICMP types and codes up to 255"],
    ["an ICMP code of a code", "{ a: icmp/3/4/5 }", "`icmp/3/4/5` is no service"],
    ["an extension header of IPv6", "{ a: protocol/44 }", "43, 44 and 60, which are extension headers of IPv6"],
  ])("tells of %s", (_, services, told) => {
    expectFindings(() => parsePolicyFile(textOf(services, "ssh"), "gate.yaml"), [told]);
  }); // prettier-ignore
});
