import { evaluate, type Decision } from "../../../lib/analysis/evaluate";
import type { HostFacts, Packet } from "../../../lib/analysis/packet";
import { compile } from "../../../lib/compile/compile";
import type { Entry, ForwardEntry } from "../../../lib/model/policy";
import { policyOf, rule } from "../../fixtures/policy";

const forward: ForwardEntry = {
  kind: "forward",
  from: { kind: "zone", name: "ext" },
  external: [],
  source: [],
  services: ["https"],
  target: { v4: "10.0.0.5" },
  targetPorts: [8443, 8443],
  hairpin: ["lan"],
  origin: { path: "edge/fleet/h1/forward" },
};

const base = policyOf({
  zones: { ext: ["wan0"], lan: ["lan0", "br-*"] },
  addresses: { office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:1::/48"] } },
  entries: [
    rule("drop", "ext", "all", { source: ["192.0.2.66"], id: "banned" }),
    rule("accept", "ext", "host", { source: ["office"], services: ["ssh"], id: "ssh" }),
    rule("reject", "ext", "host", { services: ["https", "icmp"], id: "no-https" }),
    rule("accept+nat", "lan", "ext", { id: "out" }),
  ],
});
const ruleset = compile({ ...base, entries: [...base.entries, forward] as Entry[] });

const routeTo = (address: string) => (address.startsWith("10.") ? "lan0" : "wan0");
const from = (source: string, more: Partial<Packet> = {}): Packet => ({
  inInterface: "wan0",
  family: source.includes(":") ? 6 : 4,
  source,
  destination: source.includes(":") ? "2001:db8::1" : "198.51.100.1",
  protocol: 6,
  ...more,
});
const ask = (packet: Packet, facts: HostFacts = { routeTo }) => {
  const { decision, entry } = evaluate(ruleset, packet, facts);
  return [decision, entry?.origin.path.replace("edge/fleet/h1/", "")] as const;
};

const ACCEPT: Decision = { kind: "accept" };
const RESET: Decision = { kind: "reject", answer: "tcp-reset" };

describe("a packet", () => {
  it.each<[string, Packet, readonly [Decision, string | undefined]]>([
    // The first entry that matches decides.
    ["from a banned address", from("192.0.2.66", { destinationPort: 22 }), [{ kind: "drop" }, "banned"]],
    ["to ssh from the office", from("203.0.113.7", { destinationPort: 22 }), [ACCEPT, "ssh"]],
    ["to ssh from the office, IPv6", from("2001:db8:1::7", { destinationPort: 22 }), [ACCEPT, "ssh"]],
    ["to ssh from elsewhere", from("203.0.114.7", { destinationPort: 22 }), [RESET, undefined]],
    ["of UDP that no entry knows", from("203.0.113.7", { protocol: 17, destinationPort: 22 }), [{ kind: "reject", answer: "port-unreachable" }, undefined]],
    // What the language implies.
    ["that answers", from("203.0.114.7", { destinationPort: 22, state: "established" }), [ACCEPT, undefined]],
    ["that conntrack can make nothing of", from("203.0.113.7", { destinationPort: 22, state: "invalid" }), [{ kind: "drop" }, undefined]],
    ["of ICMP that an entry refuses", from("203.0.113.7", { protocol: 1, icmpType: 8 }), [{ kind: "reject", answer: "host-unreachable" }, "no-https"]],
    ["of neighbour discovery, before any entry", from("2001:db8:9::9", { protocol: 58, icmpType: 135 }), [ACCEPT, undefined]],
    ["to a multicast address", from("203.0.113.7", { destination: "224.0.0.9", protocol: 17 }), [{ kind: "drop" }, undefined]],
    ["that the host sends", { ...from("198.51.100.1", { outInterface: "wan0" }), inInterface: undefined } as unknown as Packet, [ACCEPT, undefined]],
    // Passed on.
    ["from inside to the world", from("10.0.0.9", { inInterface: "lan0", outInterface: "wan0", destination: "1.1.1.1" }), [{ kind: "accept", source: "masquerade" }, "out"]],
    ["by an interface of a pattern", from("10.1.0.9", { inInterface: "br-7", outInterface: "wan0", destination: "1.1.1.1" }), [{ kind: "accept", source: "masquerade" }, "out"]],
    ["in and out by one interface", from("10.0.0.9", { inInterface: "lan0", outInterface: "lan0", destination: "10.0.0.8" }), [{ kind: "drop" }, undefined]],
    // A rule sees the destination that a forward gave: the refusal above it is about the host, and does not meet it.
    ["to a forwarded port", from("203.0.113.7", { destinationPort: 443 }), [{ kind: "accept", destination: "10.0.0.5", destinationPort: 8443 }, "forward"]],
    ["to a forwarded port, from a banned address", from("192.0.2.66", { destinationPort: 443 }), [{ kind: "drop" }, "banned"]],
    ["to a forwarded port, of the other family", from("2001:db8:1::7", { destinationPort: 443 }), [RESET, "no-https"]],
    ["to a forwarded port, from inside", from("10.0.0.9", { inInterface: "lan0", destinationPort: 443 }), [{ kind: "accept", source: "masquerade", destination: "10.0.0.5", destinationPort: 8443 }, "forward"]],
    ["straight to the machine behind", from("203.0.113.7", { destination: "10.0.0.5", destinationPort: 8443, outInterface: "lan0" }), [RESET, undefined]],
  ])("%s", (_, packet, wanted) => expect(ask(packet)).toEqual(wanted)); // prettier-ignore

  it("may go in and out by one bridge, where an entry says so", () => {
    const packet = from("10.0.0.9", { inInterface: "lan0", outInterface: "lan0", destination: "10.0.0.8" });
    expect(ask(packet, { bridges: new Set(["lan0"]) })).toEqual([RESET, undefined]);
  });

  it("meets an entry until it expires", () => {
    const expiring = compile({
      ...base,
      entries: [{ ...rule("accept", "ext", "host"), expires: "2027-01-31T23:59:59Z" }],
    });
    const at = (moment: string) =>
      evaluate(expiring, from("203.0.113.7", { destinationPort: 1, moment })).decision.kind;
    expect(["2027-01-31T23:59:59Z", "2027-02-01T00:00:00Z"].map(at)).toEqual(["accept", "reject"]);
  });
});
