import type { Family } from "../model/addresses";
import { FALSE, type Node } from "./diagrams";
import { MULTICAST } from "./landmarks";
import type { Field, PacketSpace } from "./packet-space";

/** Classes of a field; nothing where all of them are meant. */
export type Classes = ReadonlySet<number> | undefined;

/** A set of packets that is told by a list for each of their parts. */
export interface Box {
  readonly state: Classes;
  /** Where they come in. Class 0 is the host itself. */
  readonly in: Classes;
  /** Where they go out; `host` where they are addressed to it. */
  readonly out: Classes | "host";
  readonly family: Family;
  readonly source: Classes;
  readonly destination: Classes;
  readonly protocol: Classes;
  readonly port: Classes;
  readonly sourcePort: Classes;
  readonly time: Classes;
}

/** A set as boxes that have no packet in common: few, since parts that fare alike stay together. */
export function boxesOf(space: PacketSpace, set: Node): Box[] {
  const { diagrams } = space;
  const known = space.may(diagrams.regardless(diagrams.regardless(set, space.broadcast), space.forwarded));
  const passed = diagrams.given(known, space.local, 0);
  const stays = space.is(space.out, 0);
  const home = forManyAsForOne(space, diagrams.regardless(diagrams.given(known, space.local, 1), space.out));
  const spread = diagrams.without(diagrams.given(passed, space.out, 0), home);
  return [...toHost(space, home), ...toHost(space, spread), ...passing(space, diagrams.without(passed, stays))];
}

/** No packet to the host has an address of many: what is said of all others is said of them, for a shorter word. */
function forManyAsForOne(space: PacketSpace, set: Node): Node {
  const { diagrams, destination, destinations } = space;
  const others = (family: Family, number: number) =>
    diagrams.given(diagrams.given(set, space.family, family === 4 ? 0 : 1), destination, number);
  const any = diagrams.choose(
    space.ofFamily(4),
    others(4, destinations[4].of(destinations[4].last)),
    others(6, destinations[6].of(0n)),
  );
  return diagrams.choose(space.withAddress("destination", MULTICAST), any, set);
}

function toHost(space: PacketSpace, set: Node): Box[] {
  return split(space, set, "state").flatMap(([state, ofState]) =>
    families(space, ofState).flatMap(([family, ofFamily]) =>
      split(space, ofFamily, "in").flatMap(([from, here]) =>
        addressed(space, family, here).map((box) => ({ state, in: from, out: "host" as const, family, ...box })),
      ),
    ),
  );
}

function passing(space: PacketSpace, set: Node): Box[] {
  return split(space, set, "state").flatMap(([state, ofState]) =>
    families(space, ofState).flatMap(([family, ofFamily]) =>
      split(space, ofFamily, "in").flatMap(([from, here]) =>
        split(space, here, "out").flatMap(([out, there]) =>
          addressed(space, family, there).map((box) => ({ state, in: from, out, family, ...box })),
        ),
      ),
    ),
  );
}

type AtPort = Pick<Box, "protocol" | "port" | "sourcePort" | "time">;
type Addressed = Pick<Box, "source" | "destination" | "protocol" | "port" | "sourcePort" | "time">;

function addressed(space: PacketSpace, family: Family, set: Node): Addressed[] {
  return split(space, set, "source", space.sources[family].count).flatMap(([source, bySource]) =>
    split(space, bySource, "destination", space.destinations[family].count).flatMap(([destination, between]) =>
      byProtocol(space, between).map((box) => ({ source, destination, ...box })),
    ),
  );
}

/** Ports of different protocols are cut in different ways: those without any stay together. */
function byProtocol(space: PacketSpace, set: Node): AtPort[] {
  const { diagrams, protocols } = space;
  return split(space, set, "protocol", protocols.count).flatMap(([classes, rest]): AtPort[] => {
    if (diagrams.bitOf(rest) >= space.time.first) {
      return split(space, rest, "time").map(([time]) => ({
        protocol: classes,
        port: undefined,
        sourcePort: undefined,
        time,
      }));
    }
    return [...(classes ?? allOf(protocols.count))].flatMap((number) => {
      const protocol = protocols.rangesOf(new Set([number]))[0]?.[0] ?? 0;
      return split(space, rest, "port", space.portsOf("destination", protocol).count).flatMap(([port, atPort]) =>
        split(space, atPort, "sourcePort", space.portsOf("source", protocol).count).flatMap(([sourcePort, last]) =>
          split(space, last, "time").map(([time]) => ({ protocol: new Set([number]), port, sourcePort, time })),
        ),
      );
    });
  });
}

function families(space: PacketSpace, set: Node): [Family, Node][] {
  return ([4, 6] as const)
    .map((family): [Family, Node] => [family, space.diagrams.given(set, space.family, family === 4 ? 0 : 1)])
    .filter(([, node]) => node !== FALSE);
}

type Part = "state" | "in" | "out" | "source" | "destination" | "protocol" | "port" | "sourcePort" | "time";

/** The classes of a field, those that fare alike together, each with what is left to ask. */
function split(space: PacketSpace, set: Node, part: Part, count = countOf(space, part)): [Classes, Node][] {
  const { diagrams } = space;
  const field: Field = space[part];
  if (set === FALSE) return [];
  if (diagrams.bitOf(set) >= field.first + field.width) return [[undefined, set]];
  const groups = new Map<Node, Set<number>>();
  for (let number = 0; number < count; number++) {
    const rest = diagrams.given(set, field, number);
    if (rest === FALSE) continue;
    const group = groups.get(rest);
    if (group === undefined) groups.set(rest, new Set([number]));
    else group.add(number);
  }
  return [...groups].map(([rest, classes]) => [classes.size === count ? undefined : classes, rest]);
}

function countOf({ interfaces, moments }: PacketSpace, part: Part): number {
  if (part === "in" || part === "out") return interfaces.count;
  return part === "time" ? moments.length + 1 : 4;
}

function allOf(count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, number) => number));
}
