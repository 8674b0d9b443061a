import type { Chain, Hook, Rule, RuleOrigin, Ruleset } from "../compile/ruleset";
import type { Node } from "./diagrams";
import type { MatchSets } from "./match-sets";
import { effectOf, type Outcome, type Outcomes, type Target } from "./outcomes";
import type { Field, PacketSpace } from "./packet-space";

/**
 * Chains as diagrams from packets to outcomes. A chain is put together from its end: first what comes after it, then
 * rule by rule what the rule takes gets its verdict, and all else stays as it was.
 */
export class ChainDiagrams {
  readonly #chains: ReadonlyMap<string, Chain>;
  readonly #known = new Map<string, Node>();
  readonly #matches: MatchSets;
  readonly #outcomes: Outcomes;
  readonly #otherwise: boolean;
  readonly #like: ChainDiagrams | undefined;
  readonly #shared = new Map<string, boolean>();

  constructor(
    private readonly space: PacketSpace,
    private readonly ruleset: Ruleset,
    {
      outcomes,
      otherwise,
      matches,
      like,
    }: {
      readonly outcomes: Outcomes;
      /** Whether outcomes tell what would be without the entry that decides. */
      readonly otherwise: boolean;
      readonly matches: MatchSets;
      /** Those of a ruleset that has some of the same chains: they are put together once for both. */
      readonly like?: ChainDiagrams | undefined;
    },
  ) {
    this.#chains = new Map(ruleset.chains.map((chain) => [chain.name, chain]));
    this.#outcomes = outcomes;
    this.#otherwise = otherwise;
    this.#matches = matches;
    this.#like = like;
  }

  /** What the base chains of a hook say, one after the other, and `after` where they decide nothing. */
  hook(hook: Hook, after: Node): Node {
    const chains = this.ruleset.chains.filter((chain) => chain.hook === hook);
    return chains.reduceRight((rest, { name }) => this.#chain(name, rest), after);
  }

  #chain(name: string, after: Node): Node {
    if (this.#like !== undefined && this.#isShared(name, this.#like)) return this.#like.#chain(name, after);
    const key = `${name} ${after}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const chain = this.#chains.get(name);
    if (chain === undefined) throw new Error(`invariant: chain ${name} does not exist`);
    const refusal = onlyRefuses(chain) ? chain.rules.find(({ verdict }) => verdict.kind === "reject") : undefined;
    let rest = refusal === undefined ? after : this.#terminal({ verdict: "reject", by: refusal.origin });
    if (refusal === undefined) {
      for (let at = chain.rules.length - 1; at >= 0; at--) rest = this.#before(chain.rules[at] as Rule, rest, after);
    }
    this.#known.set(key, rest);
    return rest;
  }

  /** Whether a chain is the same one there, and so are all that it leads to. */
  #isShared(name: string, like: ChainDiagrams): boolean {
    let isShared = this.#shared.get(name);
    if (isShared === undefined) {
      const chain = this.#chains.get(name);
      const leadsAway = ({ verdict }: Rule) =>
        (verdict.kind === "jump" || verdict.kind === "goto") && !this.#isShared(verdict.chain, like);
      isShared = chain !== undefined && chain === like.#chains.get(name) && !chain.rules.some(leadsAway);
      this.#shared.set(name, isShared);
    }
    return isShared;
  }

  /** What a rule and those behind it say. */
  #before(rule: Rule, rest: Node, after: Node): Node {
    const { verdict, origin } = rule;
    switch (verdict.kind) {
      case "accept":
      case "drop":
      case "reject":
        return this.#decided(rule, this.#terminal({ verdict: verdict.kind, by: origin }), rest);
      // What Docker does with it is not known here: it may let it pass.
      case "leave":
        return this.#decided(rule, this.#terminal({ verdict: "accept", by: origin }), rest);
      case "jump":
        return this.#entered(rule, verdict.chain, rest);
      case "goto":
        return this.#decided(rule, this.#inTheNameOf(origin, this.#chain(verdict.chain, after)), rest);
      case "mark-masquerade":
        return this.#choose(rule, this.#marked(rest, verdict.source ?? 0), rest);
      case "dnat":
        return this.#choose(rule, this.#forwarded(verdict, origin, rest), rest);
      case "log":
        return rest;
      // They change the source of what the filter has accepted, and decide nothing.
      case "masquerade":
      case "snat":
        return rest;
    }
  }

  #choose(rule: Rule, taken: Node, rest: Node): Node {
    return this.space.diagrams.choose(this.#matches.of(rule), taken, rest);
  }

  /** What an entry decides, and beside it what would be without. */
  #decided(rule: Rule, taken: Node, rest: Node): Node {
    const { diagrams } = this.space;
    if (!this.#otherwise || rule.origin.kind !== "entry" || !diagrams.isTerminal(taken)) {
      return this.#choose(rule, taken, rest);
    }
    const decision = this.#outcomes.at(diagrams.valueOf(taken));
    if (decision === undefined) throw new Error("invariant: a verdict has no outcome");
    const decided = new Map<string | undefined, Node>();
    return diagrams.replaceWithin(this.#matches.of(rule), rest, (value) => {
      const outcome = this.#outcomes.at(value);
      if (outcome === undefined) return taken;
      // Rules of one entry stand side by side: without it, all of them are gone.
      const otherwise = outcome.by === rule.origin ? outcome.otherwise : effectOf(outcome);
      let end = decided.get(otherwise);
      if (end === undefined) decided.set(otherwise, (end = this.#terminal({ ...decision, otherwise })));
      return end;
    });
  }

  /**
   * A chain is entered by interface, as a rule. What comes after it is then cut down to that interface, so that a zone of
   * many interfaces has one diagram.
   */
  #entered(rule: Rule, chain: string, rest: Node): Node {
    const { diagrams, interfaces } = this.space;
    const [match] = rule.matches;
    if (rule.matches.length !== 1 || (match?.kind !== "in-interface" && match?.kind !== "out-interface")) {
      return this.#choose(rule, this.#chain(chain, rest), rest);
    }
    const field: Field = match.kind === "in-interface" ? this.space.in : this.space.out;
    return interfaces.matching(match.name).reduce((sum, number) => {
      const inside = this.#chain(chain, diagrams.given(rest, field, number));
      return diagrams.choose(this.space.anyOf(field, [number], interfaces.count), inside, sum);
    }, rest);
  }

  #terminal(outcome: Outcome): Node {
    return this.space.diagrams.terminal(this.#outcomes.value(outcome));
  }

  /** What a rule sends to another chain for good is its own decision, unless a user's rule decides there. */
  #inTheNameOf(origin: RuleOrigin, chain: Node): Node {
    const { diagrams } = this.space;
    return diagrams.replace(chain, (value) => {
      const outcome = this.#outcomes.at(value);
      if (outcome === undefined || outcome.by?.kind === "entry") return diagrams.terminal(value);
      return this.#terminal({ ...outcome, by: origin });
    });
  }

  #marked(rest: Node, source: number): Node {
    const { diagrams } = this.space;
    return diagrams.replace(rest, (value) => {
      const outcome = this.#outcomes.at(value);
      const stays = outcome?.verdict !== "accept" || outcome.source !== undefined;
      return stays ? diagrams.terminal(value) : this.#terminal({ ...outcome, source });
    });
  }

  #forwarded({ v4, v6, port }: Target, by: RuleOrigin, rest: Node): Node {
    const to = (target: Target) =>
      this.#terminal({ verdict: "accept", by, to: { ...target, ...(port !== undefined && { port }) } });
    return this.space.diagrams.choose(
      this.space.ofFamily(4),
      v4 === undefined ? rest : to({ v4 }),
      v6 === undefined ? rest : to({ v6 }),
    );
  }
}

/** A chain that tells the refused in one way or another: in which, is no part of what is admitted. */
function onlyRefuses({ rules }: Chain): boolean {
  const last = rules.at(-1);
  return (
    last?.matches.length === 0 &&
    last.verdict.kind === "reject" &&
    rules.every(
      ({ verdict, origin }) => origin.kind === "implicit" && (verdict.kind === "reject" || verdict.kind === "drop"),
    )
  );
}
