import { PROTOCOL } from "../compile/ruleset";
import type { Family } from "../model/addresses";
import { addressText, rangesOf4, rangesOf6 } from "./address-ranges";
import { FALSE, type Node } from "./diagrams";
import type { HostFacts, Packet } from "./packet";
import { PROTOCOLS_WITH_PORTS, STATES, type AddressClasses, type Field, type PacketSpace } from "./packet-space";
import type { Partition, Range } from "./partition";
import { BRIDGE } from "./unknowns";

/** A packet of a set, and what its host must be like. */
export interface Witness {
  readonly packet: Packet;
  readonly facts: HostFacts;
}

/** One packet of a set, as plain as there is one: new, of TCP and IPv4, no broadcast. Nothing for no packets. */
export function witnessOf(space: PacketSpace, set: Node): Witness | undefined {
  if (set === FALSE) return undefined;
  const bits = pathThrough(space, narrowed(space, set));
  const number = ({ first, width }: Field): number => {
    let value = 0;
    for (let at = 0; at < width; at++) value = value * 2 + (bits.get(first + at) ?? 0);
    return value;
  };
  const family = number(space.family) === 0 ? 4 : 6;
  const protocol = exampleIn(space.protocols, number(space.protocol), USUAL.protocols);
  const inInterface = space.interfaces.exampleOf(number(space.in));
  const outInterface = space.interfaces.exampleOf(number(space.out));
  const moment = momentAt(space, number(space.time));
  const isLocal = number(space.local) === 1;
  const packet: Packet = {
    ...(inInterface !== undefined && { inInterface }),
    ...(outInterface !== undefined && { outInterface }),
    family,
    source: addressIn(space.sources, family, number(space.source), USUAL.sources),
    destination: addressIn(space.destinations, family, number(space.destination), USUAL.destinations),
    protocol,
    ...portsOf(space, protocol, number(space.port), number(space.sourcePort)),
    state: STATES[number(space.state)] ?? "new",
    ...(number(space.broadcast) === 1 && { broadcast: true }),
    ...(isLocal !== (outInterface === undefined) && { local: isLocal }),
    ...(moment !== undefined && { moment }),
  };
  return { packet, facts: { bridges: bridgesIn(space, bits) } };
}

/** Numbers that people know, in the order of preference. */
const USUAL = {
  protocols: [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmpv6].map((one): Range<number> => [one, one]),
  ports: [[443, 443], [22, 22], [1024, 65_535], [1, 65_535]] as readonly Range<number>[], // prettier-ignore
  sourcePorts: [[40_000, 40_000], [1024, 65_535], [1, 65_535]] as readonly Range<number>[], // prettier-ignore
  echo: { 4: [[8 * 256, 8 * 256]], 6: [[128 * 256, 128 * 256]] } as Readonly<Record<Family, readonly Range<number>[]>>,
  sources: {
    4: rangesOf4(["198.51.100.7", "198.51.100.0/24", "1.0.0.0/8", "128.0.0.0/2"]),
    6: rangesOf6(["2001:db8::7", "2001:db8::/32", "2000::/3"]),
  },
  destinations: {
    4: rangesOf4(["203.0.113.1", "203.0.113.0/24", "1.0.0.0/8", "128.0.0.0/2"]),
    6: rangesOf6(["2001:db8:1::1", "2001:db8::/32", "2000::/3"]),
  },
} as const;

/** What people would try first, as far as the set has it. */
function narrowed(space: PacketSpace, set: Node): Node {
  const { diagrams } = space;
  const wishes = [
    space.is(space.state, 0),
    space.is(space.broadcast, 0),
    space.is(space.time, 0),
    space.ofFamily(4),
    ...[PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmpv6].map((number) => space.ofProtocol(number)),
    classOfNumber(space, "source"),
    classOfNumber(space, "destination"),
  ];
  return wishes.reduce((rest, wish) => {
    const fewer = diagrams.and(rest, wish);
    return fewer === FALSE ? rest : fewer;
  }, set);
}

/** Addresses of the same class as a usual one: those that no rule names, as a rule. */
function classOfNumber(space: PacketSpace, side: "source" | "destination"): Node {
  const classes = side === "source" ? space.sources : space.destinations;
  const usual = side === "source" ? USUAL.sources : USUAL.destinations;
  return space.diagrams.choose(
    space.ofFamily(4),
    space.anyOf(space[side], [classes[4].of((usual[4][0] as Range<number>)[0])], classes[4].count),
    space.anyOf(space[side], [classes[6].of((usual[6][0] as Range<bigint>)[0])], classes[6].count),
  );
}

/** The bits of one way to TRUE; those that do not matter are left out. What is unknown is taken as met, if it may be. */
function pathThrough({ diagrams, time }: PacketSpace, set: Node): Map<number, 0 | 1> {
  const bits = new Map<number, 0 | 1>();
  const unknown = time.first + time.width;
  for (let node = set; !diagrams.isTerminal(node);) {
    const bit = diagrams.bitOf(node);
    const [low, high] = [diagrams.low(node), diagrams.high(node)];
    const takesHigh = bit < unknown ? low === FALSE : high !== FALSE;
    bits.set(bit, takesHigh ? 1 : 0);
    node = takesHigh ? high : low;
  }
  return bits;
}

function exampleIn<N extends number | bigint>(partition: Partition<N>, number: number, usual: readonly Range<N>[]): N {
  const ranges = partition.rangesOf(new Set([Math.min(number, partition.count - 1)]));
  for (const [first, last] of usual) {
    for (const [from, to] of ranges) {
      const value = from > first ? from : first;
      if (value <= last && value <= to) return value;
    }
  }
  // INVARIANT: every class has a member.
  const [range] = ranges;
  if (range === undefined) throw new Error("invariant: a class of packets is empty");
  return range[0];
}

function addressIn(
  classes: AddressClasses,
  family: Family,
  number: number,
  usual: { readonly 4: readonly Range<number>[]; readonly 6: readonly Range<bigint>[] },
): string {
  return family === 4
    ? addressText(exampleIn(classes[4], number, usual[4]), 4)
    : addressText(exampleIn(classes[6], number, usual[6]), 6);
}

function portsOf(space: PacketSpace, protocol: number, port: number, sourcePort: number): Partial<Packet> {
  const ports = space.portsOf("destination", protocol);
  if (PROTOCOLS_WITH_PORTS.includes(protocol)) {
    return {
      destinationPort: exampleIn(ports, port, USUAL.ports),
      sourcePort: exampleIn(space.portsOf("source", protocol), sourcePort, USUAL.sourcePorts),
    };
  }
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) return {};
  const typeAndCode = exampleIn(ports, port, USUAL.echo[protocol === PROTOCOL.icmp ? 4 : 6]);
  return { icmpType: typeAndCode >>> 8, icmpCode: typeAndCode & 255 };
}

/** A moment of that time; nothing before all. */
function momentAt({ moments }: PacketSpace, time: number): string | undefined {
  const passed = time === 0 ? undefined : moments[Math.min(time, moments.length) - 1];
  return passed && new Date(Date.parse(passed) + 1000).toISOString().replace(".000", "");
}

function bridgesIn(space: PacketSpace, bits: ReadonlyMap<number, 0 | 1>): Set<string> {
  const bridges = [...bits].flatMap(([bit, value]) => {
    const name = value === 1 ? space.unknownAt(bit) : undefined;
    return name?.endsWith(BRIDGE) === true ? [name.slice(0, -BRIDGE.length)] : [];
  });
  return new Set(bridges);
}
