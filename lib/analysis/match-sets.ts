import { PROTOCOL, type AddressSet, type Match, type Pair, type Rule, type Ruleset } from "../compile/ruleset";
import { FALSE, TRUE, type Node } from "./diagrams";
import { MULTICAST, typeRange } from "./landmarks";
import { STATES, type Field, type PacketSpace } from "./packet-space";
import { Unknowns } from "./unknowns";

/** The packets that match, one answer per kind: a new kind of match does not compile until it is known here. */
type Sets = { readonly [K in Match["kind"]]: (match: Extract<Match, { kind: K }>) => Node };

/** The packets that the matches of one ruleset take in. */
export class MatchSets {
  readonly #addressSets: ReadonlyMap<string, AddressSet>;
  readonly #known = new Map<string, Node>();
  readonly #rules = new Map<Rule, Node>();
  readonly #unknowns: Unknowns;

  constructor(
    private readonly space: PacketSpace,
    ruleset: Ruleset,
  ) {
    this.#addressSets = new Map(ruleset.sets.map((set) => [set.name, set]));
    this.#unknowns = new Unknowns(space, ruleset);
  }

  /** The packets that a rule takes, of those that reach it. */
  of(rule: Rule): Node {
    let set = this.#rules.get(rule);
    if (set === undefined) this.#rules.set(rule, (set = this.#make(rule)));
    return set;
  }

  #make({ family, matches, unlessBridge }: Rule): Node {
    const { diagrams } = this.space;
    let set = family === undefined ? TRUE : this.space.ofFamily(family);
    if (unlessBridge !== undefined) set = diagrams.without(set, this.#unknowns.bridge(unlessBridge));
    // What is asked last stands at the bottom of the diagram: it is put there first.
    for (let at = matches.length - 1; at >= 0; at--) set = diagrams.and(this.#setOf(matches[at] as Match), set);
    return set;
  }

  #setOf<K extends Match["kind"]>(match: Extract<Match, { kind: K }>): Node {
    return (this.#sets[match.kind] as (match: Extract<Match, { kind: K }>) => Node)(match);
  }

  readonly #sets: Sets = {
    "in-interface": ({ name }) => this.#interfaces(this.space.in, name),
    "out-interface": ({ name }) => this.#interfaces(this.space.out, name),
    address: ({ side, set, except = false }) => {
      const inside = this.#once(`${side} ${set}`, () => this.#addresses(side, set));
      return except ? this.space.diagrams.not(inside) : inside;
    },
    protocol: ({ number }) => this.space.ofProtocol(number),
    ports: ({ side, protocol, ranges }) =>
      this.#once(`${side} ${protocol} ${ranges.join(" ")}`, () =>
        this.space.withPorts(side, PROTOCOL[protocol], ranges),
      ),
    icmp: ({ family, types }) =>
      this.space.diagrams.and(
        this.space.ofFamily(family),
        this.space.withPorts("destination", family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6, types.map(typeRange)),
      ),
    "conntrack-state": ({ states }) =>
      this.space.diagrams.union(states.map((state) => this.space.is(this.space.state, STATES.indexOf(state)))),
    forwarded: ({ is }) => this.space.is(this.space.forwarded, is ? 1 : 0),
    "destination-type": ({ type, except = false }) => {
      const inside = this.#destinations(type);
      return except ? this.space.diagrams.not(inside) : inside;
    },
    limit: (match) => this.#unknowns.of(match),
    connections: (match) => this.#unknowns.of(match),
    raw: (match) => this.#unknowns.of(match),
    published: ({ container, at }) => this.#unknowns.published(container, at),
    "asked-ports": ({ protocol, ranges }) =>
      this.space.diagrams.and(
        this.space.ofProtocol(PROTOCOL[protocol]),
        this.space.diagrams.union(ranges.map((range) => this.#unknowns.askedPort(protocol, range))),
      ),
    before: ({ moment }) => this.space.before(moment),
    // The marks are followed where the rules of a chain are put together.
    "masquerade-mark": () => FALSE,
    pairs: ({ pairs }) => this.space.diagrams.union(pairs.map((pair) => this.#pair(pair))),
  };

  #pair({ family, address, protocol, ports }: Pair): Node {
    const source = family === 4 ? { v4: [address], v6: [] } : { v4: [], v6: [address] };
    return this.space.diagrams.and(
      this.space.withAddress("source", source),
      this.space.withPorts("destination", PROTOCOL[protocol], [ports]),
    );
  }

  #interfaces(field: Field, name: string): Node {
    const { interfaces } = this.space;
    return this.#once(`${field.first} ${name}`, () =>
      this.space.anyOf(field, interfaces.matching(name), interfaces.count),
    );
  }

  #addresses(side: "source" | "destination", name: string): Node {
    const set = this.#addressSets.get(name);
    if (set?.live !== undefined) return this.#unknowns.container(side, name);
    return set === undefined ? FALSE : this.space.withAddress(side, set);
  }

  #destinations(type: "broadcast" | "multicast" | "local"): Node {
    switch (type) {
      case "broadcast":
        return this.space.diagrams.and(this.space.ofFamily(4), this.space.is(this.space.broadcast, 1));
      case "local":
        return this.space.is(this.space.local, 1);
      case "multicast":
        return this.#once(type, () => this.space.withAddress("destination", MULTICAST));
    }
  }

  #once(key: string, make: () => Node): Node {
    let node = this.#known.get(key);
    if (node === undefined) this.#known.set(key, (node = make()));
    return node;
  }
}
