import { PROTOCOL } from "../compile/ruleset";
import { addressValue } from "../model/address-value";
import { valueOf4 } from "./address-ranges";
import type { Node } from "./diagrams";
import type { HostFacts, Packet } from "./packet";
import { STATES, type AddressClasses, type Field, type PacketSpace } from "./packet-space";
import { BRIDGE } from "./unknowns";

/** The bits of a packet: limits are kept, foreign matches fit, and bridges are those that the facts name. */
export function bitsOf(space: PacketSpace, packet: Packet, facts: HostFacts = {}): (bit: number) => 0 | 1 {
  const { family, inInterface, outInterface, protocol } = packet;
  const icmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  const port = icmp ? (packet.icmpType ?? 0) * 256 + (packet.icmpCode ?? 0) : (packet.destinationPort ?? 0);
  const addressClass = (classes: AddressClasses, text: string) =>
    family === 4 ? classes[4].of(valueOf4(text)) : classes[6].of(addressValue(text, 6));
  const numbers: (readonly [Field, number])[] = [
    [space.state, STATES.indexOf(packet.state ?? "new")],
    [space.family, family === 4 ? 0 : 1],
    [space.in, space.interfaces.of(inInterface)],
    [space.out, space.interfaces.of(outInterface)],
    [space.forwarded, packet.forwarded === true ? 1 : 0],
    [space.local, (packet.local ?? outInterface === undefined) ? 1 : 0],
    [space.broadcast, packet.broadcast === true ? 1 : 0],
    [space.source, addressClass(space.sources, packet.source)],
    [space.destination, addressClass(space.destinations, packet.destination)],
    [space.protocol, space.protocols.of(protocol)],
    [space.port, space.portsOf("destination", protocol).of(port)],
    [space.sourcePort, space.portsOf("source", protocol).of(packet.sourcePort ?? 0)],
    [space.time, space.timeOf(packet.moment)],
  ];
  const bits = new Map<number, 0 | 1>();
  for (const [{ first, width }, value] of numbers) {
    for (let at = 0; at < width; at++) bits.set(first + at, ((value >>> (width - 1 - at)) & 1) as 0 | 1);
  }
  return (bit) => bits.get(bit) ?? (isMet(space.unknownAt(bit), facts) ? 1 : 0);
}

/** Whether something that only the moment knows is as it is asked for. */
function isMet(unknown: string | undefined, { bridges }: HostFacts): boolean {
  if (unknown?.endsWith(BRIDGE) !== true) return unknown !== undefined;
  return bridges?.has(unknown.slice(0, -BRIDGE.length)) === true;
}

/** Where a function ends for a packet: the value of the terminal. */
export function endFor({ diagrams }: PacketSpace, root: Node, bit: (bit: number) => 0 | 1): number {
  let node = root;
  while (!diagrams.isTerminal(node)) {
    node = bit(diagrams.bitOf(node)) === 0 ? diagrams.low(node) : diagrams.high(node);
  }
  return diagrams.valueOf(node);
}
