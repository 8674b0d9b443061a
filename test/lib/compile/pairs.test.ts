import fc from "fast-check";
import { evaluate } from "../../../lib/analysis/evaluate";
import type { Packet } from "../../../lib/analysis/packet";
import { mergePairs } from "../../../lib/compile/pairs";
import type { AddressSet, Chain, Rule, Verdict } from "../../../lib/compile/ruleset";

const SETS: AddressSet[] = [
  { name: "wide", v4: ["10.0.0.0/8"], v6: ["2001:db8::/32"] },
  { name: "narrow", v4: ["10.1.0.0/16"], v6: [] },
  { name: "host", v4: ["10.1.2.3"], v6: ["2001:db8::1"] },
  { name: "other", v4: ["192.0.2.0/24", "198.51.100.7"], v6: ["2001:db9::/32"] },
  { name: "list", v4: ["192.0.2.0/25", "10.1.2.3", "10.9.9.0/24", "172.16.0.1", "172.16.0.2"], v6: [] },
  { name: "any", v4: ["0.0.0.0/0"], v6: ["::/0"] },
];
const SOURCES = ["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.5", "198.51.100.7", "203.0.113.1"];

const port = fc.integer({ min: 1, max: 400 });
const verdict = fc.constantFrom<Verdict>({ kind: "accept" }, { kind: "drop" }, { kind: "reject", answer: "tcp-reset" });
const set = fc.oneof(
  { arbitrary: fc.constantFrom("host", "other", "list"), weight: 30 },
  { arbitrary: fc.constantFrom("narrow", "wide"), weight: 3 },
  { arbitrary: fc.constant("any"), weight: 1 },
);
const rule = fc.record({ set, port, length: fc.nat(1), verdict, tcp: fc.boolean() });

function ruleOf(
  given: { set: string; port: number; length: number; verdict: Verdict; tcp: boolean },
  index: number,
): Rule {
  const protocol = given.tcp ? "tcp" : "udp";
  return {
    matches: [
      { kind: "address", side: "source", set: given.set },
      { kind: "ports", side: "destination", protocol, ranges: [[given.port, given.port + given.length]] },
    ],
    verdict: given.verdict,
    origin: { kind: "entry", origin: { path: `rule-${index}` }, words: "" },
  };
}

const chainOf = (rules: readonly Rule[]): Chain => ({ name: "input", hook: "input", rules });
const rulesetOf = (chains: readonly Chain[]) => ({ host: "h", sets: SETS, chains });

describe("rules by source and port", () => {
  it("decide the same when they are merged, and by the same entry", () => {
    let merged = 0;
    fc.assert(
      fc.property(fc.array(rule, { minLength: 50, maxLength: 80 }), (given) => {
        const before = chainOf(given.map(ruleOf));
        const after = mergePairs([before], SETS);
        merged += before.rules.length - (after[0]?.rules.length ?? 0);
        const ports = new Set(given.slice(0, 12).flatMap((one) => [one.port, one.port + one.length]));
        for (const source of SOURCES) {
          for (const protocol of [6, 17]) {
            for (const destinationPort of ports) {
              const packet: Packet = {
                inInterface: "eth0",
                family: 4,
                source,
                destination: "1.1.1.1",
                protocol,
                destinationPort,
              };
              const [one, other] = [evaluate(rulesetOf([before]), packet), evaluate(rulesetOf(after), packet)];
              expect(other.decision).toEqual(one.decision);
              expect(other.entry?.origin).toEqual(one.entry?.origin);
            }
          }
        }
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(merged).toBeGreaterThan(100);
  });

  const spread = (count: number, verdictOf: (n: number) => Verdict): Rule[] =>
    Array.from({ length: count }, (_, n) =>
      ruleOf({ set: "other", port: 100 + n * 5, length: 0, verdict: verdictOf(n), tcp: true }, n),
    );
  const countOf = (rules: readonly Rule[]): number | undefined => mergePairs([chainOf(rules)], SETS)[0]?.rules.length;

  it.each<[string, Rule[], number]>([
    ["many of one verdict become one", spread(100, () => ({ kind: "accept" })), 1],
    ["two verdicts that never meet become two, however they are mixed", spread(100, (n) => ({ kind: n % 2 === 0 ? "accept" : "drop" })), 2],
    ["a few stay as they are", spread(49, () => ({ kind: "accept" })), 49],
    ["a rule that looks at more ends the run", [...spread(30, () => ({ kind: "accept" })), { ...spread(1, () => ({ kind: "drop" }))[0], matches: [] } as Rule, ...spread(20, () => ({ kind: "accept" }))], 3],
  ])("%s", (_, rules, wanted) => expect(countOf(rules)).toBe(wanted)); // prettier-ignore
});
