import type { AddressSet, Match, Pair } from "../compile/ruleset";
import { PROTOCOL } from "../compile/ruleset";
import { rangeAt, rangesOf } from "../model/address-ranges";
import { addressValue, networkRange } from "../model/address-value";
import { familyOf } from "../model/addresses";
import { containerInWords } from "../model/containers";
import type { HostFacts, Packet } from "./packet";

/** What a match is held against: the packet, the ruleset's sets, and the mark that rules before may have set. */
export interface Situation {
  readonly packet: Packet;
  readonly sets: ReadonlyMap<string, AddressSet>;
  /** The number of the address to put in; nothing without the mark. */
  readonly masqueradeMark: number | undefined;
  readonly facts: HostFacts;
}

/** One judge per kind: a new kind of match does not compile until it is known here. */
type Judges = { readonly [K in Match["kind"]]: (match: Extract<Match, { kind: K }>, situation: Situation) => boolean };

const PORT_PROTOCOL = { tcp: PROTOCOL.tcp, udp: PROTOCOL.udp, sctp: PROTOCOL.sctp } as const;

const JUDGES: Judges = {
  "in-interface": ({ name }, { packet }) => isInterface(packet.inInterface, name),
  "out-interface": ({ name }, { packet }) => isInterface(packet.outInterface, name),
  address: ({ side, set, except = false }, { packet, sets, facts }) => {
    const { family } = packet;
    const addresses =
      sets.get(set)?.live === undefined
        ? (sets.get(set)?.[family === 4 ? "v4" : "v6"] ?? [])
        : (facts.containers?.get(set) ?? []).filter((address) => familyOf(address) === family);
    const value = addressValue(side === "source" ? packet.source : packet.destination, family);
    const listed = rangeAt(rangesOf(addresses, family), value) !== undefined;
    return listed !== except;
  },
  protocol: ({ number }, { packet }) => packet.protocol === number,
  ports: ({ side, protocol, ranges }, { packet }) => {
    const port = side === "source" ? packet.sourcePort : packet.destinationPort;
    if (packet.protocol !== PORT_PROTOCOL[protocol] || port === undefined) return false;
    return ranges.some(([first, last]) => first <= port && port <= last);
  },
  icmp: ({ family, types }, { packet }) => {
    if (packet.family !== family || packet.protocol !== (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6)) return false;
    return types.some(
      ({ type, code }) => packet.icmpType === type && (code === undefined || (packet.icmpCode ?? 0) === code),
    );
  },
  "conntrack-state": ({ states }, { packet }) => states.includes(packet.state ?? "new"),
  forwarded: ({ is }, { packet }) => (packet.forwarded ?? false) === is,
  "destination-type": ({ type, except = false }, { packet }) => isOfType(packet, type) !== except,
  // Counts depend on what came before: a single packet is within them.
  limit: () => true,
  connections: () => true,
  before: ({ moment }, { packet }) => packet.moment === undefined || packet.moment <= moment,
  published: ({ container }, { facts }) => facts.published?.has(containerInWords(container)) ?? false,
  "asked-ports": ({ protocol, ranges }, { packet }) => {
    const port = packet.askedPort ?? packet.destinationPort;
    if (packet.protocol !== PORT_PROTOCOL[protocol] || port === undefined) return false;
    return ranges.some(([first, last]) => first <= port && port <= last);
  },
  // What the model lacks it can not judge. See `usesRaw`.
  raw: () => true,
  pairs: ({ pairs }, { packet }) => pairs.some((pair) => isPair(packet, pair)),
  "masquerade-mark": ({ source }, { masqueradeMark }) =>
    masqueradeMark !== undefined && (source === undefined || source === masqueradeMark),
};

/** Whether a packet has a pair's source and destination port. */
export function isPair(packet: Packet, { family, address, protocol, ports: [first, last] }: Pair): boolean {
  const port = packet.destinationPort;
  if (packet.family !== family || packet.protocol !== PORT_PROTOCOL[protocol] || port === undefined) return false;
  if (port < first || port > last) return false;
  const [low, high] = networkRange(address, family);
  const value = addressValue(packet.source, family);
  return low <= value && value <= high;
}

/** `br-*` is every interface whose name begins so. */
function isInterface(given: string | undefined, name: string): boolean {
  if (given === undefined) return false;
  return name.endsWith("*") ? given.startsWith(name.slice(0, -1)) : given === name;
}

function isOfType(packet: Packet, type: "broadcast" | "multicast" | "local"): boolean {
  switch (type) {
    case "broadcast":
      return packet.family === 4 && packet.broadcast === true;
    case "local":
      return packet.local ?? packet.outInterface === undefined;
    case "multicast": {
      const [first, last] = networkRange(packet.family === 4 ? "224.0.0.0/4" : "ff00::/8", packet.family);
      const value = addressValue(packet.destination, packet.family);
      return first <= value && value <= last;
    }
  }
}

export function matches(match: Match, situation: Situation): boolean {
  const judge = JUDGES[match.kind] as (match: Match, situation: Situation) => boolean;
  return judge(match, situation);
}
