import { evaluate, type Decision } from "../../lib/analysis/evaluate";
import type { Packet } from "../../lib/analysis/packet";
import { PROTOCOL, type RejectAnswer, type Ruleset } from "../../lib/compile/ruleset";
import { FAMILIES, type Family } from "../../lib/model/addresses";
import type { Probe } from "../../lib/sandbox";
import type { Random } from "./random";
import {
  INNER,
  INNER_INTERFACES,
  SNAT,
  SOURCE_PORTS,
  TCP_PORTS,
  UDP_PORTS,
  type Receiver,
  type Sender,
  type World,
} from "./world";

/** A packet to send, and what the model says that becomes of it, in the prober's words. */
export interface Case {
  readonly sender: Sender;
  readonly family: Family;
  readonly probe: Probe;
  readonly told: string;
  /** `syn-ack`, `rst`, `icmp:3/3`, `timeout`, … and of what is accepted who the receiver sees: `data from 198.51.100.1`. */
  readonly wanted: string;
  readonly toItself: boolean;
}

/** The corresponding packets of both families; one of them alone, where the other can not be asked. */
export type Twins = readonly Case[];

/** Every sender to every place but its own zone, to ports at and beside the bounds of all services. */
export function casesOf(world: World, ruleset: Ruleset, random: Random, most: number): Twins[] {
  const all = world.senders.flatMap((sender) =>
    world.receivers
      .filter((receiver) => receiver.interface !== sender.interface)
      .flatMap((receiver) => twinsBetween(sender, receiver, world, ruleset)),
  );
  const wanted = new Set<Twins>();
  while (wanted.size * 2 < most && wanted.size < all.length) wanted.add(random.pick(all));
  return [...wanted];
}

function twinsBetween(sender: Sender, receiver: Receiver, world: World, ruleset: Ruleset): Twins[] {
  const moment = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const make = (family: Family, proto: Probe["proto"], port?: number, sport?: number): Case => {
    const [src, dst] = family === 4 ? [sender.v4, receiver.v4] : [sender.v6, receiver.v6];
    const packet: Packet = {
      family,
      source: src,
      destination: dst,
      inInterface: sender.interface,
      protocol: proto === "icmp" ? (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6) : PROTOCOL[proto],
      ...(receiver.interface !== undefined && { outInterface: receiver.interface }),
      ...(port !== undefined && { destinationPort: port, sourcePort: sport ?? 40000 }),
      moment,
      ...(proto === "icmp" && { icmpType: family === 4 ? 8 : 128 }),
    };
    const { decision } = evaluate(ruleset, packet, { routeTo });
    const probe = {
      proto,
      src,
      dst,
      ...(port !== undefined && { port }),
      ...(sport !== undefined && { sport }),
      ...(proto === "tcp" && { read: true }),
    };
    const ports = `${port === undefined ? "" : `/${port}`}${sport === undefined ? "" : ` from ${sport}`}`;
    const told = `${proto}${ports} ${src} (${sender.zone}) → ${dst} (${receiver.place})`;
    const toItself = decision.kind === "accept" && decision.destination === src && decision.source === undefined;
    return { sender, family, probe, told, wanted: outcome(decision, packet, proto, world), toItself };
  };
  // An answer to UDP comes from the address nearest to the sender, which was not asked where the host has another.
  const nearest = receiver.place !== "host" || isNearest(sender, receiver);
  const all = [
    ...TCP_PORTS.map((port) => FAMILIES.map((family) => make(family, "tcp", port))),
    ...(nearest ? UDP_PORTS : []).flatMap((port) =>
      SOURCE_PORTS.map((sport) => FAMILIES.map((family) => make(family, "udp", port, sport))),
    ),
    FAMILIES.map((family) => make(family, "icmp")),
  ];
  // Forwarded to its own sender, who takes no packet that claims to be its own.
  return all.map((twins) => twins.filter(({ toItself }) => !toItself)).filter((twins) => twins.length > 0);
}

function isNearest(sender: Sender, { v4 }: Receiver): boolean {
  const near = INNER_INTERFACES.find((name) => name === sender.interface);
  return near === undefined ? !v4.startsWith("10.") : v4 === INNER[near].gateway.v4;
}

function routeTo(address: string): string | undefined {
  return INNER_INTERFACES.find((name) => [INNER[name].machine.v4, INNER[name].machine.v6].includes(address));
}

const ANSWERS: Readonly<Record<RejectAnswer, Readonly<Record<Family, string>>>> = {
  "tcp-reset": { 4: "rst", 6: "rst" },
  "port-unreachable": { 4: "icmp:3/3", 6: "icmp:1/4" },
  "host-unreachable": { 4: "icmp:3/1", 6: "icmp:1/3" },
  "admin-prohibited": { 4: "icmp:3/13", 6: "icmp:1/1" },
};

/** IPv6 has no code for a host that can not be reached by ICMP: there it is prohibited, as all but TCP and UDP is. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  "icmp:3/3": ["icmp:1/4"],
  "icmp:3/1": ["icmp:1/1"],
  "icmp:3/13": ["icmp:1/1"],
};

/** Whether what became of a packet of IPv4 is what became of its twin. */
export function inSync({ sender }: Case, v4: string, v6: string): boolean {
  const [, peer4] = /^data from (.*)$/.exec(v4) ?? [];
  const [, peer6] = /^data from (.*)$/.exec(v6) ?? [];
  if (peer4 !== undefined && peer6 !== undefined) return (peer4 === sender.v4) === (peer6 === sender.v6);
  return v4 === v6 || SAME[v4]?.includes(v6) === true;
}

function outcome(decision: Decision, packet: Packet, proto: Probe["proto"], { host }: World): string {
  if (decision.kind === "leave") throw new Error("invariant: the oracle's world has no Docker");
  if (decision.kind === "drop") return "timeout";
  if (decision.kind === "reject") return ANSWERS[decision.answer][packet.family];
  if (proto === "icmp") return "echo-reply";
  const own = packet.family === 4 ? "v4" : "v6";
  const way = decision.destination === undefined ? packet.outInterface : routeTo(decision.destination);
  const masquerade = {
    wan0: { v4: host.wanAddress, v6: host.wanAddress6 },
    lan0: INNER.lan0.gateway,
    lan1: INNER.lan1.gateway,
    dmz0: INNER.dmz0.gateway,
  } as const;
  if (decision.source === undefined) return `data from ${packet.source}`;
  if (decision.source !== "masquerade") return `data from ${SNAT[own]}`;
  return `data from ${masquerade[(way ?? "wan0") as keyof typeof masquerade][own]}`;
}
