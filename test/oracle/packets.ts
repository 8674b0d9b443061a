import { evaluate, type Decision } from "../../lib/analysis/evaluate";
import type { Packet } from "../../lib/analysis/packet";
import { PROTOCOL, type RejectAnswer, type Ruleset } from "../../lib/compile/ruleset";
import type { Family } from "../../lib/model/addresses";
import type { Probe } from "../../lib/sandbox";
import type { Random } from "./random";
import { DMZ, LAN, SNAT, TCP_PORTS, UDP_PORTS, type Receiver, type Sender, type World } from "./world";

/** A packet to send, and what the model says that becomes of it, in the prober's words. */
export interface Case {
  readonly sender: Sender;
  readonly probe: Probe;
  readonly told: string;
  /** `syn-ack`, `rst`, `icmp:3/3`, `timeout`, … and of what is accepted who the receiver sees: `data from 198.51.100.1`. */
  readonly wanted: string;
  readonly toItself: boolean;
}

/** Every sender to every place but its own zone, to ports at and beside the bounds of all services. */
export function casesOf(world: World, ruleset: Ruleset, random: Random, most: number): Case[] {
  const all = world.senders.flatMap((sender) =>
    world.receivers
      .filter((receiver) => receiver.place !== sender.zone)
      .flatMap((receiver) => FAMILIES.flatMap((family) => caseList(sender, receiver, family, world, ruleset))),
  );
  const wanted = new Set<Case>();
  while (wanted.size < Math.min(most, all.length)) wanted.add(random.pick(all));
  return [...wanted];
}

const FAMILIES: readonly Family[] = [4, 6];

function caseList(sender: Sender, receiver: Receiver, family: Family, world: World, ruleset: Ruleset): Case[] {
  const [src, dst] = family === 4 ? [sender.v4, receiver.v4] : [sender.v6, receiver.v6];
  const make = (proto: Probe["proto"], port?: number): Case => {
    const packet: Packet = {
      family,
      source: src,
      destination: dst,
      inInterface: sender.interface,
      protocol: proto === "icmp" ? (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6) : PROTOCOL[proto],
      ...(receiver.interface !== undefined && { outInterface: receiver.interface }),
      ...(port !== undefined && { destinationPort: port, sourcePort: 40000 }),
      ...(proto === "icmp" && { icmpType: family === 4 ? 8 : 128 }),
    };
    const { decision } = evaluate(ruleset, packet, { routeTo });
    const probe = { proto, src, dst, ...(port !== undefined && { port }), ...(proto === "tcp" && { read: true }) };
    const told = `${proto}${port === undefined ? "" : `/${port}`} ${src} (${sender.zone}) → ${dst} (${receiver.place})`;
    const toItself = decision.kind === "accept" && decision.destination === src && decision.source === undefined;
    return { sender, probe, told, wanted: outcome(decision, packet, proto, world), toItself };
  };
  // An answer to UDP comes from the address nearest to the sender, which was not asked where the host has another.
  const nearest = receiver.place !== "host" || isNearest(sender, receiver);
  const all = [
    ...TCP_PORTS.map((port) => make("tcp", port)),
    ...(nearest ? UDP_PORTS.map((port) => make("udp", port)) : []),
    make("icmp"),
  ];
  // Forwarded to its own sender, who takes no packet that claims to be its own.
  return all.filter(({ toItself }) => !toItself);
}

function isNearest({ zone }: Sender, { v4 }: Receiver): boolean {
  return (
    v4 === (zone === "lan" ? LAN.gateway.v4 : zone === "dmz" ? DMZ.gateway.v4 : v4) &&
    (zone !== "ext" || !v4.startsWith("10."))
  );
}

function routeTo(address: string): string | undefined {
  if ([LAN.machine.v4, LAN.machine.v6].includes(address)) return "lan0";
  return [DMZ.machine.v4, DMZ.machine.v6].includes(address) ? "dmz0" : undefined;
}

const ANSWERS: Readonly<Record<RejectAnswer, Readonly<Record<Family, string>>>> = {
  "tcp-reset": { 4: "rst", 6: "rst" },
  "port-unreachable": { 4: "icmp:3/3", 6: "icmp:1/4" },
  "host-unreachable": { 4: "icmp:3/1", 6: "icmp:1/3" },
  "admin-prohibited": { 4: "icmp:3/13", 6: "icmp:1/1" },
};

function outcome(decision: Decision, packet: Packet, proto: Probe["proto"], { host }: World): string {
  if (decision.kind === "drop") return "timeout";
  if (decision.kind === "reject") return ANSWERS[decision.answer][packet.family];
  if (proto === "icmp") return "echo-reply";
  const own = packet.family === 4 ? "v4" : "v6";
  const way = decision.destination === undefined ? packet.outInterface : routeTo(decision.destination);
  const masquerade = {
    wan0: { v4: host.wanAddress, v6: host.wanAddress6 },
    lan0: LAN.gateway,
    dmz0: DMZ.gateway,
  } as const;
  if (decision.source === undefined) return `data from ${packet.source}`;
  if (decision.source !== "masquerade") return `data from ${SNAT[own]}`;
  return `data from ${masquerade[(way ?? "wan0") as keyof typeof masquerade][own]}`;
}
