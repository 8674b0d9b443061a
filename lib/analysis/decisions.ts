import type { Ruleset } from "../compile/ruleset";
import { addressValue } from "../model/address-value";
import { valueOf4 } from "./address-ranges";
import { ChainDiagrams } from "./chain-diagrams";
import { FALSE, TRUE, NOWHERE, type Node } from "./diagrams";
import { MULTICAST } from "./landmarks";
import { MatchSets } from "./match-sets";
import { Outcomes, type Outcome } from "./outcomes";
import { PROTOCOLS_WITH_PORTS, type PacketSpace } from "./packet-space";

/**
 * What a ruleset does with every packet at once: a diagram from the packets, as they arrive, to their outcomes. It says
 * of each packet what the evaluator says of it; packets that no host can meet are NOWHERE.
 *
 *     a packet ─→ prerouting ─ nothing ────────────────────────────────→ input, forward or output ─→ outcome
 *                     └──────── a forward ─→ with its new destination ─→ the same, asked with that
 */
export class Decisions {
  readonly outcomes: Outcomes;
  /** The outcomes of all packets. */
  readonly root: Node;
  readonly #chains: ChainDiagrams;

  constructor(
    readonly space: PacketSpace,
    ruleset: Ruleset,
    {
      /** Shared, where several rulesets are held against each other. */
      outcomes = new Outcomes(),
      /** Whether outcomes tell what would be without the entry that decides. */
      otherwise = false,
      /** Of the ruleset that this one is a part of. @default its own */
      matches = new MatchSets(space, ruleset),
      /** Those of a ruleset that has some of the same chains, with the same outcomes. */
      like,
    }: {
      readonly outcomes?: Outcomes;
      readonly otherwise?: boolean;
      readonly matches?: MatchSets;
      readonly like?: Decisions | undefined;
    } = {},
  ) {
    this.outcomes = outcomes;
    this.#chains = new ChainDiagrams(space, ruleset, { outcomes, otherwise, matches, like: like && like.#chains });
    this.root = this.#decide(this.#chains);
  }

  /** The packets, of some, that have an outcome of this kind. */
  where(is: (outcome: Outcome) => boolean, root = this.root): Node {
    const wanted = (value: number): boolean => {
      const outcome = this.outcomes.at(value);
      return outcome !== undefined && is(outcome);
    };
    return this.space.diagrams.replace(root, (value) => (wanted(value) ? TRUE : FALSE));
  }

  /** Those that pass, whatever is not known of them being as it may. */
  get accepted(): Node {
    return this.where(({ verdict }) => verdict === "accept");
  }

  get refused(): Node {
    return this.where(({ verdict }) => verdict !== "accept");
  }

  /** The outcomes of a set of packets. */
  outcomesOf(set: Node): Outcome[] {
    const { diagrams } = this.space;
    return [...diagrams.terminalsOf(diagrams.choose(set, this.root, NOWHERE))].flatMap(
      (value) => this.outcomes.at(value) ?? [],
    );
  }

  #decide(chains: ChainDiagrams): Node {
    const { diagrams, forwarded } = this.space;
    const open = diagrams.terminal(this.outcomes.value({ verdict: "accept", by: undefined }));
    const sent = this.space.is(this.space.in, 0);
    const stays = this.space.is(this.space.out, 0);
    const filter = diagrams.choose(
      sent,
      chains.hook("output", open),
      diagrams.choose(stays, chains.hook("input", open), chains.hook("forward", open)),
    );
    const before = diagrams.choose(sent, NOWHERE, chains.hook("prerouting", NOWHERE));
    // What is for many is not addressed to the host.
    const spread = diagrams.and(this.space.is(this.space.local, 1), this.space.withAddress("destination", MULTICAST));
    let result = diagrams.choose(this.#arrives(), diagrams.given(filter, forwarded, 0), NOWHERE);
    for (const value of diagrams.terminalsOf(before)) {
      const outcome = this.outcomes.at(value);
      if (outcome?.to === undefined) continue;
      const taken = diagrams.replace(before, (other) => (other === value ? TRUE : FALSE));
      const possible = diagrams.without(diagrams.and(taken, this.space.is(this.space.broadcast, 0)), spread);
      result = diagrams.choose(possible, this.#sentOn(filter, outcome), result);
    }
    return diagrams.choose(this.space.is(forwarded, 0), result, NOWHERE);
  }

  /** What the filter says of the packets of a port forward: they have its destination by then. */
  #sentOn(filter: Node, { by, to = {} }: Outcome): Node {
    const { diagrams, forwarded, destination, destinations } = this.space;
    const address =
      to.v4 === undefined ? destinations[6].of(addressValue(to.v6 ?? "::", 6)) : destinations[4].of(valueOf4(to.v4));
    const family = diagrams.given(filter, this.space.family, to.v4 === undefined ? 1 : 0);
    const there = diagrams.given(diagrams.given(family, forwarded, 1), destination, address);
    return diagrams.replace(to.port === undefined ? there : this.#atPort(there, to.port), (value) => {
      const outcome = this.outcomes.at(value);
      if (outcome === undefined) return diagrams.terminal(value);
      return diagrams.terminal(this.outcomes.value({ ...outcome, forwardedBy: by, to }));
    });
  }

  /** The same, asked with another port: which class it is of depends on the protocol. */
  #atPort(filter: Node, port: number): Node {
    const { diagrams } = this.space;
    return PROTOCOLS_WITH_PORTS.reduce((rest, protocol) => {
      const number = this.space.portsOf("destination", protocol).of(port);
      return diagrams.choose(this.space.ofProtocol(protocol), diagrams.given(filter, this.space.port, number), rest);
    }, filter);
  }

  /**
   * Packets as a host meets them, where no forward takes them: addressed to it and staying, or neither; a broadcast stays.
   * What the host sends leaves it.
   */
  #arrives(): Node {
    const { diagrams, in: from, out, local, broadcast } = this.space;
    const stays = this.space.is(out, 0);
    const spread = this.space.is(broadcast, 1);
    const multicast = this.space.withAddress("destination", MULTICAST);
    const own = diagrams.without(stays, diagrams.or(spread, multicast));
    const addressed = diagrams.choose(this.space.is(local, 1), own, diagrams.not(own));
    const received = diagrams.and(
      addressed,
      diagrams.or(diagrams.not(spread), diagrams.and(stays, this.space.ofFamily(4))),
    );
    const leaves = diagrams.and(diagrams.not(stays), this.space.is(local, 0));
    return diagrams.choose(this.space.is(from, 0), leaves, received);
  }
}
