import fc from "fast-check";
import { prune } from "../../../lib/compile/prune";
import type { Chain, Verdict } from "../../../lib/compile/ruleset";
import { chain } from "./rule-text";

const accept: Verdict = { kind: "accept" };
const jump = (to: string): Verdict => ({ kind: "jump", chain: to });
const goto = (to: string): Verdict => ({ kind: "goto", chain: to });
const mark: Verdict = { kind: "mark-masquerade" };
const named = (chains: readonly Chain[]) =>
  chains.map(({ name, rules }) => [name, ...rules.map(({ verdict }) => verdictText(verdict))]);

function verdictText(verdict: Verdict): string {
  return "chain" in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

describe("prune", () => {
  it.each<[string, Chain[], string[][]]>([
    ["keeps hooked chains, also empty ones", [chain("in", [], "input")], [["in"]]],
    [
      "leaves out jumps into chains without rules, and these",
      [chain("in", [jump("a"), accept], "input"), chain("a", [])],
      [["in", "accept"]],
    ],
    [
      "leaves out chains that become empty by that",
      [chain("in", [jump("a"), accept], "input"), chain("a", [jump("b")]), chain("b", [])],
      [["in", "accept"]],
    ],
    [
      "keeps an empty chain that a rule goes to: the rule leaves its own chain",
      [chain("in", [goto("a"), accept], "input"), chain("a", [])],
      [["in", "goto a", "accept"], ["a"]],
    ],
    ["leaves out chains that nothing leads to", [chain("in", [], "input"), chain("a", [accept])], [["in"]]],
    [
      "keeps masquerading where a rule that is reached marks a packet",
      [chain("fwd", [goto("nat")], "forward"), chain("nat", [mark]), chain("post", [accept], "postrouting")],
      [["fwd", "goto nat"], ["nat", "mark-masquerade"], ["post", "accept"]],
    ],
    [
      "leaves masquerading out where none does",
      [chain("fwd", [accept], "forward"), chain("nat", [mark]), chain("post", [accept], "postrouting")],
      [["fwd", "accept"]],
    ],
  ])("%s", (_, chains, wanted) => expect(named(prune(chains))).toEqual(wanted)); // prettier-ignore

  it("refuses a jump to a chain that does not exist", () => {
    expect(() => prune([chain("in", [jump("nowhere")], "input")])).toThrow("invariant: chain nowhere does not exist");
  });

  /** Rules of a walk that decide nothing are `mark`s with a number, which tells the ways through the chains apart. */
  it("lets every packet take the same rules to the same verdict", () => {
    fc.assert(
      fc.property(chainsArbitrary, (chains) => {
        const pruned = prune(chains);
        for (const { name, hook } of chains) {
          if (hook !== undefined) expect(walk(pruned, name)).toEqual(walk(chains, name));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Chains that lead only to later ones, as all of ours do. */
const chainsArbitrary = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.tuple(
    ...Array.from({ length: count }, (_, index) => {
      const later = fc.integer({ min: index + 1, max: count }).map((n) => `c${n}`);
      const verdict = fc.oneof(later.map(jump), later.map(goto), fc.constant(accept), fc.constant(mark));
      const rules = fc.array(index === count - 1 ? fc.constantFrom(accept, mark) : verdict, { maxLength: 4 });
      return rules.map(
        (some) =>
        chain(`c${index}`, index === count - 1 ? some : some.filter((v) => !leadsTo(v, `c${count}`)), index === 0 ? "input" : undefined), // prettier-ignore
      );
    }),
  ),
);

function leadsTo(verdict: Verdict, name: string): boolean {
  return "chain" in verdict && verdict.chain === name;
}

/** The rules' verdicts that a packet meets, jumps and gotos left out, up to the first that decides. */
function walk(chains: readonly Chain[], name: string): string[] {
  const met: string[] = [];
  const enter = (at: string): boolean => {
    for (const { verdict } of chains.find((one) => one.name === at)?.rules ?? []) {
      if (verdict.kind === "jump") {
        if (enter(verdict.chain)) return true;
      } else if (verdict.kind === "goto") return enter(verdict.chain);
      else {
        met.push(verdict.kind);
        if (verdict.kind !== "mark-masquerade") return true;
      }
    }
    return false;
  };
  enter(name);
  return met;
}
