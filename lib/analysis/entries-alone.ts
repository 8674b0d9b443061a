import type { Rule, Ruleset } from "../compile/ruleset";
import type { Entry } from "../model/policy";
import type { Origin } from "../model/origin";
import type { MatchSets } from "./match-sets";

/** A rule and its place in its chain. */
type Placed = readonly [place: number, rule: Rule];

/** Rulesets of one entry each: what it is made of, and what the language says without any entry. */
export class EntriesAlone {
  /** What the language says. The others share the chains in which their entry has no rule. */
  readonly none: Ruleset;
  /** The rules of each entry, by the index of their chain. */
  readonly #ofEntries = new Map<Origin, Map<number, Placed[]>>();
  readonly #implicit: readonly Placed[][];

  constructor(private readonly ruleset: Ruleset) {
    this.#implicit = ruleset.chains.map(() => []);
    for (const [index, { rules }] of ruleset.chains.entries()) {
      for (const [place, rule] of rules.entries()) this.#rulesFor(rule, index)?.push([place, rule]);
    }
    const chains = ruleset.chains.map((chain, index) => ({ ...chain, rules: inOrder(this.#implicit[index] ?? []) }));
    this.none = { ...ruleset, chains };
  }

  of({ origin }: Entry): Ruleset {
    const entry = this.#ofEntries.get(origin);
    const chains = this.none.chains.map((chain, index) => {
      const own = entry?.get(index);
      return own === undefined ? chain : { ...chain, rules: inOrder([...(this.#implicit[index] ?? []), ...own]) };
    });
    return { ...this.ruleset, chains };
  }

  /** What is left of an entry's rules without its name: entries of one shape take the same packets. */
  shapeOf({ origin }: Entry, matches: MatchSets): string {
    const own = [...(this.#ofEntries.get(origin) ?? [])].flatMap(([chain, rules]) => {
      const implicit = this.#implicit[chain] ?? [];
      return rules.map(([place, rule]) => {
        const behind = implicit.filter(([other]) => other < place).length;
        return [chain, behind, matches.of(rule), rule.verdict];
      });
    });
    return JSON.stringify(own);
  }

  #rulesFor({ origin }: Rule, chain: number): Placed[] | undefined {
    if (origin.kind === "implicit") return this.#implicit[chain];
    const ofEntry = this.#ofEntries.get(origin.origin) ?? new Map<number, Placed[]>();
    this.#ofEntries.set(origin.origin, ofEntry);
    const rules = ofEntry.get(chain) ?? [];
    ofEntry.set(chain, rules);
    return rules;
  }
}

function inOrder(placed: readonly Placed[]): Rule[] {
  return [...placed].sort(([one], [other]) => one - other).map(([, rule]) => rule);
}
