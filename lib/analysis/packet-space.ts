import { PROTOCOL, type ConntrackState, type Ruleset } from "../compile/ruleset";
import type { AddressPolicy, Family } from "../model/addresses";
import { rangesOf4, rangesOf6 } from "./address-ranges";
import { Diagrams, FALSE, TRUE, type Bits, type Node } from "./diagrams";
import { InterfaceClasses } from "./interface-classes";
import { Landmarks, type AddressLandmarks, type Question } from "./landmarks";
import { Partition, type Range } from "./partition";

/** Bits that hold the number of a class. */
export type Field = Bits;

/** Addresses of each family, cut into classes. */
export interface AddressClasses {
  readonly 4: Partition<number>;
  readonly 6: Partition<bigint>;
}

export const STATES: readonly ConntrackState[] = ["new", "established", "related", "invalid"];
const LAST = { address4: 2 ** 32 - 1, address6: (1n << 128n) - 1n, protocol: 255, port: 65_535 } as const;
/** Protocols without ports are not told apart by them. */
const NO_PORTS = new Partition<number>(LAST.port, []);

/**
 * All packets, cut into classes of which no ruleset and no question tells two members apart. A class has a number, and
 * its bits stand in the order in which diagrams ask for them:
 *
 *     state family in out forwarded local broadcast │ source destination │ protocol port source-port │ time │ unknown …
 *
 * What a host tells apart first comes first, and addresses come before ports: a list of thousands of networks then
 * stands once at the top, and not once for each port. The classes of addresses depend on the family, those of ports on
 * the protocol; ICMP has its type and code in the place of the port. A number above the last class means the last class.
 *
 * What a ruleset can not know of a packet (a rate, a foreign match) is a bit of its own at the end: a packet that is
 * accepted for some of their values may pass, and one that is accepted for all of them must.
 */
export class PacketSpace {
  readonly diagrams = new Diagrams();
  readonly interfaces: InterfaceClasses;
  readonly sources: AddressClasses;
  readonly destinations: AddressClasses;
  readonly protocols: Partition<number>;
  /** The moments at which entries end, in their order. */
  readonly moments: readonly string[];
  readonly state: Field;
  readonly family: Field;
  readonly in: Field;
  readonly out: Field;
  /** Whether a port forward changed the destination. */
  readonly forwarded: Field;
  /** Whether it was addressed to the host, before that. */
  readonly local: Field;
  readonly broadcast: Field;
  readonly source: Field;
  readonly destination: Field;
  readonly protocol: Field;
  readonly port: Field;
  readonly sourcePort: Field;
  /** How many of the moments have passed. */
  readonly time: Field;
  readonly #ports: ReadonlyMap<number, Partition<number>>;
  readonly #sourcePorts: ReadonlyMap<number, Partition<number>>;
  readonly #unknowns = new Map<string, Node>();
  /** What is asked for again and again: flags, by field and value, and protocols. */
  readonly #known = { values: new Map<number, Node>(), protocols: new Map<number, Node>() };
  #end = 0;

  constructor(rulesets: readonly Ruleset[], questions: readonly Question[] = []) {
    const landmarks = new Landmarks(rulesets, questions);
    this.interfaces = new InterfaceClasses(landmarks.interfaces);
    this.sources = classesOf(landmarks.source);
    this.destinations = classesOf(landmarks.destination);
    this.protocols = new Partition<number>(
      LAST.protocol,
      [...landmarks.protocols].map((number) => [[number, number]]),
    );
    this.#ports = portsOf(landmarks.ports);
    this.#sourcePorts = portsOf(landmarks.sourcePorts);
    this.moments = [...landmarks.moments].sort();
    this.state = this.#field(STATES.length);
    this.family = this.#field(2);
    this.in = this.#field(this.interfaces.count);
    this.out = this.#field(this.interfaces.count);
    this.forwarded = this.#field(2);
    this.local = this.#field(2);
    this.broadcast = this.#field(2);
    this.source = this.#field(Math.max(this.sources[4].count, this.sources[6].count));
    this.destination = this.#field(Math.max(this.destinations[4].count, this.destinations[6].count));
    this.protocol = this.#field(this.protocols.count);
    this.port = this.#field(mostOf(this.#ports));
    this.sourcePort = this.#field(mostOf(this.#sourcePorts));
    this.time = this.#field(this.moments.length + 1);
  }

  /** The packets of some classes of a field, in ascending order, of so many as there are. */
  anyOf({ first, width }: Field, classes: readonly number[], count: number): Node {
    const { diagrams } = this;
    const walk = (at: number, from: number, start: number, end: number): Node => {
      const size = 2 ** (width - at);
      // Beyond the last class there are only other numbers for it.
      const last = Math.min(from + size, count) - 1;
      if (from >= count) return classes.at(-1) === count - 1 ? TRUE : FALSE;
      if (start === end) return FALSE;
      if (end - start === last - from + 1) return last === count - 1 || from + size <= count ? TRUE : FALSE;
      const half = from + size / 2;
      let middle = start;
      while (middle < end && (classes[middle] as number) < half) middle++;
      return diagrams.branch(first + at, walk(at + 1, from, start, middle), walk(at + 1, half, middle, end));
    };
    return walk(0, 0, 0, classes.length);
  }

  /** The packets that have this number in a field of bits: a state, a family, a flag. */
  is({ first, width }: Field, value: number): Node {
    return once(this.#known.values, first * 2 ** 16 + value, () => this.anyOf({ first, width }, [value], 2 ** width));
  }

  ofFamily(family: Family): Node {
    return this.is(this.family, family === 4 ? 0 : 1);
  }

  /** The packets that have one of the addresses as their source or destination. */
  withAddress(side: "source" | "destination", { v4, v6 }: AddressPolicy): Node {
    const classes = side === "source" ? this.sources : this.destinations;
    const field = this[side];
    return this.diagrams.choose(
      this.ofFamily(4),
      v4.length === 0 ? FALSE : this.anyOf(field, classes[4].within(rangesOf4(v4)), classes[4].count),
      v6.length === 0 ? FALSE : this.anyOf(field, classes[6].within(rangesOf6(v6)), classes[6].count),
    );
  }

  ofProtocol(number: number): Node {
    return once(this.#known.protocols, number, () =>
      this.anyOf(this.protocol, this.protocols.within([[number, number]]), this.protocols.count),
    );
  }

  /** The packets of a protocol that have one of the ports, or ICMP types and codes. */
  withPorts(side: "source" | "destination", protocol: number, ranges: readonly Range<number>[]): Node {
    const ports = this.portsOf(side, protocol);
    const field = side === "source" ? this.sourcePort : this.port;
    return this.diagrams.and(this.ofProtocol(protocol), this.anyOf(field, ports.within(ranges), ports.count));
  }

  /** How the ports of a protocol are cut. */
  portsOf(side: "source" | "destination", protocol: number): Partition<number> {
    return (side === "source" ? this.#sourcePorts : this.#ports).get(protocol) ?? NO_PORTS;
  }

  /** The packets that come before a moment that a ruleset names. */
  before(moment: string): Node {
    const passed = this.moments.slice(0, this.moments.indexOf(moment) + 1).map((_, index) => index);
    return this.anyOf(this.time, passed, this.moments.length + 1);
  }

  /** The number of the moments that have passed when a packet comes at this one. */
  timeOf(moment: string | undefined): number {
    return moment === undefined ? 0 : this.moments.filter((one) => one < moment).length;
  }

  /** What can not be known of a packet beforehand, by a name: the same for all rules that ask for it. */
  unknown(name: string): Node {
    let node = this.#unknowns.get(name);
    if (node === undefined) this.#unknowns.set(name, (node = this.is(this.#field(2), 1)));
    return node;
  }

  /** The unknown things, by their bits. */
  unknownAt(bit: number): string | undefined {
    for (const [name, node] of this.#unknowns) if (this.diagrams.bitOf(node) === bit) return name;
    return undefined;
  }

  /** The packets of a set, whatever is not known of them: those that it may have. */
  may(set: Node): Node {
    const first = this.time.first + this.time.width;
    return this.diagrams.regardless(set, { first, width: this.#end - first });
  }

  /** The packets from all sources that a set has, whatever else they are. */
  bySource(set: Node): Node {
    const { diagrams } = this;
    const behind = this.source.first + this.source.width;
    const any = diagrams.regardless(set, { first: behind, width: this.#end - behind });
    const between = { first: this.in.first, width: this.source.first - this.in.first };
    return diagrams.regardless(diagrams.regardless(any, between), this.state);
  }

  /** The sources of one family that a set of packets of that family has. */
  sourcesOf(set: Node, family: Family): (Range<number> | Range<bigint>)[] {
    const { diagrams, source } = this;
    const partition = this.sources[family];
    const by = this.bySource(set);
    const classes = Array.from({ length: partition.count }, (_, index) => index).filter(
      (number) => diagrams.given(by, source, number) !== FALSE,
    );
    return partition.rangesOf(new Set(classes));
  }

  #field(count: number): Field {
    const field = { first: this.#end, width: Math.max(1, Math.ceil(Math.log2(count))) };
    this.#end += field.width;
    return field;
  }
}

function once(known: Map<number, Node>, key: number, make: () => Node): Node {
  let node = known.get(key);
  if (node === undefined) known.set(key, (node = make()));
  return node;
}

export const PROTOCOLS_WITH_PORTS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp];

function classesOf({ v4, v6 }: AddressLandmarks): AddressClasses {
  return { 4: new Partition(LAST.address4, v4), 6: new Partition(LAST.address6, v6) };
}

function portsOf(sets: ReadonlyMap<number, readonly (readonly Range<number>[])[]>): Map<number, Partition<number>> {
  return new Map([...sets].map(([protocol, ranges]) => [protocol, new Partition<number>(LAST.port, ranges)]));
}

function mostOf(partitions: ReadonlyMap<number, Partition<number>>): number {
  return Math.max(1, ...[...partitions.values()].map(({ count }) => count));
}
