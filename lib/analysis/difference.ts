import type { Ruleset } from "../compile/ruleset";
import { Decisions } from "./decisions";
import { FALSE, TRUE, type Node } from "./diagrams";
import { Outcomes, type Outcome } from "./outcomes";
import { PacketSpace, STATES } from "./packet-space";
import { sourceNames } from "./source-names";

/**
 * How two rulesets differ in what they do, each a set of packets. A packet that is addressed to the host is asked without
 * the way that it leaves by: after a port forward only the host's routes know it.
 */
export interface Difference {
  readonly space: PacketSpace;
  /** Refused before, and may pass now. */
  readonly admitted: Node;
  /** Could pass before, and is refused now. */
  readonly refused: Node;
  /** Passed always, and passes now as long as a limit or another unknown has it. */
  readonly limited: Node;
  /** Passed as long as such a one had it, and passes always now. */
  readonly freed: Node;
  /** Passes before and now, and gets another source or destination. */
  readonly changed: Node;
}

export function differenceOf(before: Ruleset, after: Ruleset): Difference {
  const space = new PacketSpace([before, after]);
  const outcomes = new Outcomes();
  const [one, other] = [new Side(space, before, outcomes), new Side(space, after, outcomes)];
  const { diagrams } = space;
  const both = diagrams.and(one.must, other.must);
  return {
    space,
    admitted: diagrams.without(other.may, one.may),
    refused: diagrams.without(one.may, other.may),
    limited: diagrams.without(diagrams.and(one.must, other.may), other.must),
    freed: diagrams.without(diagrams.and(other.must, one.may), one.must),
    changed: diagrams.and(both, diagrams.union([...one.effects].map(([effect, set]) => diagrams.without(set, other.effects.get(effect) ?? FALSE)))), // prettier-ignore
  };
}

/** Whether every packet fares the same by two rulesets. */
export function isEqual({ admitted, refused, limited, freed, changed }: Difference): boolean {
  return [admitted, refused, limited, freed, changed].every((set) => set === FALSE);
}

/** Whether the second of two rulesets admits nothing that the first does not. */
export function isImplied({ admitted, freed }: Difference): boolean {
  return admitted === FALSE && freed === FALSE;
}

/** The first packets that two rulesets both admit. Nothing in common makes them disjoint. */
export function admittedByBoth(one: Ruleset, other: Ruleset): { readonly space: PacketSpace; readonly set: Node } {
  const space = new PacketSpace([one, other]);
  const outcomes = new Outcomes();
  const [a, b] = [new Side(space, one, outcomes), new Side(space, other, outcomes)];
  const isNew = space.is(space.state, 0);
  return { space, set: space.diagrams.and(isNew, space.diagrams.and(a.may, b.may)) };
}

/** One of two rulesets: what it may and must admit, and what else becomes of that. */
class Side {
  readonly may: Node;
  readonly must: Node;
  readonly effects: ReadonlyMap<string, Node>;

  constructor(
    private readonly space: PacketSpace,
    ruleset: Ruleset,
    outcomes: Outcomes,
  ) {
    const { diagrams } = space;
    const decisions = new Decisions(space, ruleset, { outcomes });
    const accepted = this.#atHome(decisions.accepted);
    const possible = diagrams.or(accepted, this.#atHome(decisions.refused));
    this.may = space.may(accepted);
    this.must = diagrams.without(this.may, space.may(diagrams.without(possible, accepted)));
    const names = sourceNames(ruleset);
    const nameOf = ({ to, source }: Outcome) =>
      `${to === undefined ? "" : JSON.stringify(to)} ${source === undefined ? "" : (names.get(source) ?? "")}`;
    const effects = new Map<string, Set<number>>();
    for (const value of diagrams.terminalsOf(decisions.root)) {
      const outcome = outcomes.at(value);
      if (outcome?.verdict !== "accept") continue;
      const name = nameOf(outcome);
      effects.set(name, (effects.get(name) ?? new Set()).add(value));
    }
    this.effects = new Map(
      [...effects].map(([name, values]) => [
        name,
        space.may(this.#atHome(diagrams.replace(decisions.root, (value) => (values.has(value) ? TRUE : FALSE)))),
      ]),
    );
  }

  /** What belongs to a connection follows its first packet. */
  get #decidesAnew(): Node {
    const { diagrams, state } = this.space;
    return diagrams.or(this.space.is(state, STATES.indexOf("new")), this.space.is(state, STATES.indexOf("invalid")));
  }

  #atHome(set: Node): Node {
    const { diagrams, local, out } = this.space;
    const home = this.space.is(local, 1);
    const there = diagrams.choose(home, diagrams.regardless(diagrams.and(set, home), out), set);
    return diagrams.and(this.#decidesAnew, there);
  }
}
