import { PROTOCOL } from "../compile/ruleset";
import type { Family } from "../model/addresses";
import type { ZonePolicy } from "../model/policy";
import { networksIn } from "./address-ranges";
import type { Box, Classes } from "./boxes";
import { STATES, type PacketSpace } from "./packet-space";
import { protocolInWords } from "./packet-words";
import type { Partition, Range } from "./partition";

/** So many networks are written out; of more, how many there are is told. */
const MOST_NETWORKS = 12;
const ANY: Readonly<Record<Family, string>> = { 4: "0.0.0.0/0", 6: "::/0" };

/** The parts of a line, of which those that say the same are joined. */
interface Line {
  readonly services: readonly string[];
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly more: string;
}

/** Boxes as lines, each joined with its like: `tcp 22,443 from 203.0.113.0/24 on ext → host`. */
export function boxesInWords(space: PacketSpace, boxes: readonly Box[], zones: readonly ZonePolicy[]): string[] {
  let lines = boxes.map((box) => lineOf(space, box, zones));
  for (const part of ["services", "sources", "destinations", "to", "from", "sources"] as const)
    lines = joined(lines, part);
  return lines.map(inWords).sort();
}

function joined(lines: readonly Line[], part: Exclude<keyof Line, "more">): Line[] {
  const groups = new Map<string, Line>();
  for (const line of lines) {
    const key = JSON.stringify({ ...line, [part]: [] });
    const other = groups.get(key);
    groups.set(key, other === undefined ? line : { ...other, [part]: [...new Set([...other[part], ...line[part]])] });
  }
  return [...groups.values()];
}

function inWords({ services, sources, destinations, from, to, more }: Line): string {
  const everywhere = Object.values(ANY).every((any) => sources.includes(any));
  const source = everywhere ? "anywhere" : sources.join(", ");
  const destination = destinations.length === 0 ? "" : ` to ${destinations.join(", ")}`;
  return `${services.join(", ")} from ${source}${destination} on ${from.join(", ")} → ${to.join(", ")}${more}`;
}

function lineOf(space: PacketSpace, box: Box, zones: readonly ZonePolicy[]): Line {
  const { family, state, time } = box;
  const address = (partition: Partition<number> | Partition<bigint>, classes: Classes) => [
    networksInWords(partition, family, classes),
  ];
  return {
    services: servicesOf(space, box),
    sources: address(space.sources[family], box.source),
    destinations: box.destination === undefined ? [] : address(space.destinations[family], box.destination),
    from: placesOf(space, box.in, zones),
    to: box.out === "host" ? ["host"] : placesOf(space, box.out, zones),
    more: [statesInWords(state), timeInWords(space, time)].join(""),
  };
}

function networksInWords(partition: Partition<number> | Partition<bigint>, family: Family, classes: Classes): string {
  if (classes === undefined) return ANY[family];
  const others = new Set(
    Array.from({ length: partition.count }, (_, number) => number).filter((one) => !classes.has(one)),
  );
  const networks = (of: ReadonlySet<number>) =>
    (partition.rangesOf(of) as (Range<number> | Range<bigint>)[]).flatMap((range) => networksIn(range, family));
  const [inside, outside] = [networks(classes), networks(others)];
  return inside.length <= outside.length ? list(inside) : `${ANY[family]} except ${list(outside)}`;
}

function list(networks: readonly string[]): string {
  if (networks.length <= MOST_NETWORKS) return networks.join(", ");
  return `${networks.slice(0, 3).join(", ")} and ${String(networks.length - 3)} more networks`;
}

/** A zone's name stands for all of its interfaces. */
function placesOf({ interfaces }: PacketSpace, classes: Classes, zones: readonly ZonePolicy[]): string[] {
  if (classes === undefined) return ["any interface"];
  const left = new Set(classes);
  const names: string[] = [];
  for (const zone of zones) {
    const own = zone.interfaces.flatMap(({ name }) => interfaces.matching(name));
    if (own.length === 0 || !own.every((one) => left.has(one))) continue;
    names.push(zone.name);
    for (const one of own) left.delete(one);
  }
  for (const number of left) {
    if (number === 0) names.push("host");
    else names.push(interfaces.names[number] ?? "other interfaces");
  }
  return names;
}

function servicesOf(space: PacketSpace, { protocol, port, sourcePort }: Box): string[] {
  if (protocol === undefined) return ["everything"];
  const { protocols } = space;
  const numbers = (of: ReadonlySet<number>) =>
    protocols.rangesOf(of).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
  const named = numbers(protocol);
  if (named.length > 128) {
    const others = new Set(
      Array.from({ length: protocols.count }, (_, number) => number).filter((one) => !protocol.has(one)),
    );
    return [`everything but ${numbers(others).map(protocolInWords).join(", ")}`];
  }
  return named.map((number) => {
    const own = portsInWords(number, space.portsOf("destination", number), port);
    const from =
      sourcePort === undefined
        ? ""
        : ` source port${portsInWords(number, space.portsOf("source", number), sourcePort)}`;
    return `${protocolInWords(number)}${own}${from}`;
  });
}

function portsInWords(protocol: number, partition: Partition<number>, classes: Classes): string {
  if (classes === undefined) return "";
  const ranges = partition.rangesOf(classes);
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) {
    return ` ${ranges.map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`)).join(",")}`;
  }
  const types = ranges.map(([first, last]) => {
    const whole = first % 256 === 0 && last % 256 === 255;
    if (!whole)
      return `${String(first >>> 8)}/${String(first & 255)}${first === last ? "" : `-${String(last >>> 8)}/${String(last & 255)}`}`;
    return first >>> 8 === last >>> 8 ? String(first >>> 8) : `${String(first >>> 8)}-${String(last >>> 8)}`;
  });
  return ` type ${types.join(",")}`;
}

function statesInWords(classes: Classes): string {
  if (classes === undefined || (classes.size === 1 && classes.has(0))) return "";
  const names = [...classes].map((number) => STATES[number]);
  return classes.has(0) ? "" : `, ${names.join(" or ")}`;
}

function timeInWords({ moments }: PacketSpace, classes: Classes): string {
  if (classes === undefined) return "";
  const [first, last] = [Math.min(...classes), Math.max(...classes)];
  const after = first === 0 ? "" : `, after ${moments[first - 1] ?? ""}`;
  return last >= moments.length ? after : `${after}, until ${moments[last] ?? ""}`;
}
