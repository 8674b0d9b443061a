import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../../../lib/compile/compile";
import type { Rule, Ruleset } from "../../../../lib/compile/ruleset";
import type { HostPolicy } from "../../../../lib/model/policy";
import { renderIptables } from "../../../../lib/render/iptables/render";
import { bundleContents } from "../../../../lib/synth/synthesize";
import { GATEWAY, policyOf, rule } from "../../../fixtures/policy";

const golden = join(__dirname, "../../../golden/gateway");
const render = (policy: HostPolicy) => renderIptables(compile(policy));
const linesOf = (text: string, chain: string) => text.split("\n").filter((line) => line.startsWith(`-A ${chain} `));

/** Read them as a reviewer would. `UPDATE_GOLDEN=1` writes them anew. */
describe("a gateway's texts", () => {
  it.each(["ipset", "iptables.v4", "iptables.v6", "policy.txt"])("%s", (name) => {
    const text = bundleContents(policyOf(GATEWAY)).texts[name] ?? "";
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(join(golden, name), text);
    expect(text).toBe(readFileSync(join(golden, name), "utf8"));
  });
});

describe("a rule is written for a family only where all its matches have something of it", () => {
  const addresses = {
    four: { v4: ["192.0.2.1"] },
    six: { v6: ["2001:db8::1"] },
    both: { v4: ["192.0.2.1", "192.0.2.2"], v6: ["2001:db8::1"] },
  };
  const services = {
    ping4: [{ kind: "icmp", v4: [{ type: 8 }] }],
    ping6: [{ kind: "icmp", v6: [{ type: 128 }] }],
  } as const;

  it.each<[string, Parameters<typeof rule>[3], in4: number, in6: number]>([
    ["no match", {}, 1, 1],
    ["an IPv4 source", { source: ["four"] }, 1, 0],
    ["an IPv6 source", { source: ["six"] }, 0, 1],
    ["a source of both", { source: ["both"] }, 1, 1],
    ["an IPv4 and an IPv6 source", { source: ["four", "six"] }, 1, 1],
    ["an IPv4 destination", { destination: ["four"] }, 1, 0],
    ["source and destination of one family", { source: ["both"], destination: ["six"] }, 0, 1],
    ["source and destination that never meet", { source: ["four"], destination: ["six"] }, 0, 0],
    ["ICMP of one family", { services: ["ping4"] }, 1, 0],
    ["ICMP of two services", { services: ["ping4", "ping6"] }, 1, 1],
    ["ICMP of one family from an address of the other", { services: ["ping4"], source: ["six"] }, 0, 0],
    ["all ICMP", { services: ["icmp"] }, 1, 1],
    ["ICMPv6 as a protocol", { services: ["protocol/58"] }, 0, 1],
  ])("%s", (_, details, in4, in6) => {
    const texts = render(policyOf({ addresses, services, entries: [rule("accept", "ext", "host", details)] }));
    expect(linesOf(texts["iptables.v4"], "CDKFW-I-ext")).toHaveLength(in4);
    expect(linesOf(texts["iptables.v6"], "CDKFW-I-ext")).toHaveLength(in6);
  });
});

describe("a user's text", () => {
  const HOSTILE = `"; -j ACCEPT $(reboot) \`reboot\` \\" ' # COMMIT *nat @GENERATION@ ${"é".repeat(150)}`;

  it("enters a text for a loader in a quoted comment only", () => {
    const entry = { ...rule("accept", "ext", "host", { comment: HOSTILE }), origin: { path: `a/${HOSTILE}` } };
    const safe = render(policyOf({ entries: [rule("accept", "ext", "host")] }));
    const hostile = render(policyOf({ entries: [entry] }));
    const withoutComments = (text: string) => text.replace(/--comment "([^"\\]|\\.)*"/g, "--comment");
    for (const name of ["ipset", "iptables.v4", "iptables.v6"] as const) {
      expect(withoutComments(hostile[name])).toBe(withoutComments(safe[name]));
    }
  });

  it.each(["a\nb", "a\rb", "a\u0000b", "a\u2028b"])("with a control character is a bug of ours: %j", (text) => {
    const entry = { ...rule("accept", "ext", "host"), origin: { path: text } };
    expect(() => render(policyOf({ entries: [entry] }))).toThrow("invariant: a control character in a comment");
  });
});

describe("renderIptables", () => {
  const ruleset = (given: Partial<Rule>): Ruleset => ({
    host: "h1",
    sets: [],
    chains: [
      {
        name: "input",
        hook: "input",
        rules: [{ matches: [], verdict: { kind: "accept" }, origin: { kind: "implicit", reason: "test" }, ...given }],
      },
    ],
  });

  it("gives the same bytes for the same policy", () => {
    expect(render(policyOf(GATEWAY))).toEqual(render(policyOf(GATEWAY)));
  });

  it("writes no nat table where nothing is masqueraded", () => {
    expect(render(policyOf({}))["iptables.v4"]).not.toContain("*nat");
  });

  it("leaves a rule to the host that holds only where an interface is no bridge", () => {
    const text = renderIptables(ruleset({ unlessBridge: "eth0" }))["iptables.v4"];
    expect(text).toContain('\n#unless-bridge eth0 -A CDKFW-INPUT -m comment --comment "cdkfw: test" -j ACCEPT\n');
  });

  it("writes every combination of what several matches need", () => {
    const icmp = { kind: "icmp", family: 4, types: [{ type: 0 }, { type: 8 }] } as const;
    const text = renderIptables(ruleset({ matches: [icmp, { kind: "in-interface", name: "eth0" }] }))["iptables.v4"];
    expect(linesOf(text, "CDKFW-INPUT").map((line) => line.split(" -m comment")[0])).toEqual([
      "-A CDKFW-INPUT -p icmp -m icmp --icmp-type 0 -i eth0",
      "-A CDKFW-INPUT -p icmp -m icmp --icmp-type 8 -i eth0",
    ]);
  });

  it("refuses a rule of two protocols, which could only be written wrong", () => {
    const protocol = (number: number) => ({ kind: "protocol", number }) as const;
    expect(() => renderIptables(ruleset({ matches: [protocol(6), protocol(17)] }))).toThrow(
      "invariant: a rule matches two protocols, 6 and 17",
    );
  });
});
