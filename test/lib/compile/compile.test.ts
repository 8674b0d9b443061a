import { compile } from "../../../lib/compile/compile";
import { GATEWAY, policyOf, rule, type PolicyParts } from "../../fixtures/policy";
import { chainOf } from "./rule-text";

const NEEDED = "6: icmp6 1/*,2/*,3/*,4/*,130/*,131/*,132/*,133/*,134/*,135/*,136/*,143/* → accept";
const TAIL = ["4: protocol 1 → accept", "6: protocol 58 → accept", "→ goto reject"];

describe("what a policy implies", () => {
  const compiled = compile(policyOf({ zones: { ext: ["eth0 dhcp", "eth1"], idle: ["eth2"] }, entries: [rule("accept", "ext", "host")] })); // prettier-ignore

  it.each<[string, string, string[] | undefined]>([
    [
      "to the host: loopback, established, IPv6's needs and DHCP before the entries; ICMP and a refusal after them",
      "input",
      [
        "in lo → accept",
        "established,related → accept",
        NEEDED,
        "invalid → drop",
        "4: in eth0 & udp source 67-67 & udp destination 68-68 → accept",
        "6: in eth0 & udp source 547-547 & udp destination 546-546 → accept",
        "in eth0 → jump input/ext",
        "in eth1 → jump input/ext",
        ...TAIL,
      ],
    ],
    [
      "passed on: in and out by one interface is dropped before the entries",
      "forward",
      [
        "established,related → accept",
        "invalid → drop",
        "(unless bridge eth0) in eth0 & out eth0 → drop",
        "(unless bridge eth1) in eth1 & out eth1 → drop",
        "(unless bridge eth2) in eth2 & out eth2 → drop",
        ...TAIL,
      ],
    ],
    ["sent: nothing, where no entry is about it", "output", undefined],
    ["masqueraded: nothing, where no entry is about it", "masquerade", undefined],
    ["a zone without entries has no chain", "input/idle", undefined],
  ])("%s", (_, name, wanted) => expect(chainOf(compiled, name)).toEqual(wanted));

  it("refuses with the answer of the packet's protocol, and is silent where none may be given", () => {
    expect(chainOf(compiled, "reject")).toEqual([
      "4: broadcast → drop",
      "multicast → drop",
      "4: protocol 2 → drop",
      "protocol 6 → reject tcp-reset",
      "protocol 17 → reject port-unreachable",
      "4: protocol 1 → reject host-unreachable",
      "→ reject admin-prohibited",
    ]);
  });

  it("lets DHCP questions out before the outbound entries", () => {
    const outbound = compile(policyOf({ zones: { ext: ["eth0 dhcp"] }, entries: [rule("drop", "host", "all")] }));
    expect(chainOf(outbound, "output")).toEqual([
      "out lo → accept",
      "established,related → accept",
      "6: icmp6 1/*,2/*,3/*,4/*,131/*,132/*,133/*,135/*,136/*,143/* → accept",
      "4: out eth0 & udp source 68-68 & udp destination 67-67 → accept",
      "6: out eth0 & udp source 546-546 & udp destination 547-547 → accept",
      "out eth0 → jump output/ext",
    ]);
    expect(chainOf(outbound, "output/ext")).toEqual(["→ drop"]);
  });
});

describe("the chain that an entry is in", () => {
  const zones = { ext: ["eth0"], lan: ["eth1", "eth2"] };
  const all = ["input/ext", "input/lan", "forward/ext/ext", "forward/ext/lan", "forward/lan/ext", "forward/lan/lan", "output/ext", "output/lan"]; // prettier-ignore

  it.each<[from: string, to: string, string[]]>([
    ["ext", "host", ["input/ext"]],
    ["ext", "lan", ["forward/ext/lan"]],
    ["lan", "lan", ["forward/lan/lan"]],
    ["ext", "all", ["input/ext", "forward/ext/ext", "forward/ext/lan"]],
    ["host", "lan", ["output/lan"]],
    ["host", "all", ["output/ext", "output/lan"]],
  ])("%s → %s", (from, to, wanted) => {
    const compiled = compile(policyOf({ zones, entries: [rule("drop", from, to)] }));
    expect(all.filter((name) => chainOf(compiled, name) !== undefined)).toEqual(wanted);
    for (const name of wanted) expect(chainOf(compiled, name)).toEqual(["→ drop"]);
  });

  it("is entered by every interface of the zones", () => {
    const compiled = compile(policyOf({ zones, entries: [rule("drop", "ext", "lan")] }));
    expect(chainOf(compiled, "forward")).toContain("in eth0 → jump forward/ext");
    expect(chainOf(compiled, "forward/ext")).toEqual([
      "out eth1 → jump forward/ext/lan",
      "out eth2 → jump forward/ext/lan",
    ]);
  });

  it("keeps the order of declaration", () => {
    const entries = [rule("drop", "ext", "all"), rule("accept", "ext", "host"), rule("reject", "ext", "host")];
    expect(chainOf(compile(policyOf({ entries })), "input/ext")).toEqual(["→ drop", "→ accept", "→ goto reject"]);
  });
});

describe("an entry", () => {
  const icmp4 = [{ kind: "icmp", v4: [{ type: 8 }, { type: 3, code: 4 }] }] as const;
  const group = [
    { kind: "ports", protocol: "tcp", ports: [[80, 80]] },
    { kind: "protocol", number: 47 },
    { kind: "ports", protocol: "tcp", ports: [[443, 443]] },
    { kind: "icmp" },
  ] as const;

  it.each<[string, Parameters<typeof rule>[3], PolicyParts, string[]]>([
    ["with nothing said is about all packets", {}, {}, ["→ accept"]],
    ["with an address", { source: ["192.0.2.1"] }, {}, ["source 192.0.2.1 → accept"]],
    [
      "with addresses of both sides",
      { source: ["192.0.2.1"], destination: ["2001:db8::1", "192.0.2.2"] },
      {},
      ["source 192.0.2.1 & destination 192.0.2.2,2001:db8::1 → accept"],
    ],
    [
      "with services of one protocol is one rule",
      { services: ["tcp/80,443", "tcp/22"] },
      {},
      ["tcp destination 22-22,80-80,443-443 → accept"],
    ],
    [
      "with services of several protocols is a rule for each",
      { services: ["udp/53", "tcp/53", "sctp/2905", "protocol/50"] },
      {},
      ["udp destination 53-53 → accept", "tcp destination 53-53 → accept", "sctp destination 2905-2905 → accept", "protocol 50 → accept"], // prettier-ignore
    ],
    [
      "with a group is what the group holds",
      { services: ["group"], source: ["192.0.2.1"] },
      { services: { group } },
      [
        "source 192.0.2.1 & tcp destination 80-80,443-443 → accept",
        "source 192.0.2.1 & protocol 47 → accept",
        "4: source 192.0.2.1 & protocol 1 → accept",
        "6: source 192.0.2.1 & protocol 58 → accept",
      ],
    ],
    [
      "with ICMP types of one family is a rule of that family",
      { services: ["errors"] },
      { services: { errors: icmp4 } },
      ["4: icmp4 8/*,3/4 → accept"],
    ],
  ])("%s", (_, details, parts, wanted) => {
    const entries = [rule("accept", "ext", "host", details)];
    expect(chainOf(compile(policyOf({ ...parts, entries })), "input/ext")).toEqual(wanted);
  });

  it("that masquerades marks the packet where it is passed on, and just accepts it on the host", () => {
    const zones = { lan: ["eth1"], ext: ["eth0"] };
    const compiled = compile(policyOf({ zones, entries: [rule("accept+nat", "lan", "all")] }));
    expect(chainOf(compiled, "forward/lan/ext")).toEqual(["→ goto accept+nat"]);
    expect(chainOf(compiled, "input/lan")).toEqual(["→ accept"]);
    expect(chainOf(compiled, "accept+nat")).toEqual(["→ mark", "→ accept"]);
    expect(chainOf(compiled, "masquerade")).toEqual(["marked → masquerade"]);
  });

  it("gives its words and its origin to every rule that it becomes", () => {
    const entry = rule("accept", "ext", "all", { services: ["dns"], id: "dns" });
    const { chains } = compile(policyOf({ entries: [entry] }));
    const origins = chains.flatMap(({ rules }) => rules).filter(({ origin }) => origin.kind === "entry");
    expect(origins).toHaveLength(4);
    for (const { origin } of origins) {
      expect(origin).toMatchObject({ words: "accept      dns  ext → all", origin: { path: "edge/fleet/h1/dns" } });
    }
  });

  it("that names what the policy does not hold is a bug of ours", () => {
    const policy = { ...policyOf({ entries: [rule("accept", "ext", "host", { services: ["ssh"] })] }), services: {} };
    expect(() => compile(policy)).toThrow("invariant: service ssh is not in the policy");
  });
});

describe("compile", () => {
  it("gives the same ruleset for the same policy", () => {
    expect(JSON.stringify(compile(policyOf(GATEWAY)))).toBe(JSON.stringify(compile(policyOf(GATEWAY))));
  });

  it("gives the same ruleset in whatever order names are declared", () => {
    const policy = policyOf(GATEWAY);
    const reversed = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(record).reverse());
    const turned = { ...policy, addresses: reversed(policy.addresses), services: reversed(policy.services) };
    expect(JSON.stringify(compile(turned))).toBe(JSON.stringify(compile(policy)));
  });

  it("leaves the policy alone, and hands out what nobody can change", () => {
    const policy = policyOf(GATEWAY);
    const before = structuredClone(policy);
    const compiled = compile(policy);
    expect(policy).toEqual(before);
    expect(Object.isFrozen(compiled.chains[0]?.rules[0]?.matches)).toBe(true);
  });
});
