import { defaultOf } from "../compile/tail";
import type { Expectation } from "../model/expectations";
import type { HostPolicy } from "../model/policy";
import { TRUE, type Node } from "./diagrams";
import { MULTICAST, type Question } from "./landmarks";
import type { Reviewed } from "./reviewed";
import { servicePackets } from "./service-packets";

/** What somebody asks about, before it is said what is expected of it. */
export type AskedPackets = Omit<Expectation, "verdict">;

export function expectedQuestions({ review }: HostPolicy): Question[] {
  return (review?.expectations ?? []).map(({ source, destination, services }) => ({
    source,
    destination,
    services: services.flatMap(({ matches }) => matches),
  }));
}

/** Today's packets of these services and addresses, wherever they come from and go to. */
export function namedPackets(reviewed: Reviewed, { source, destination, services }: AskedPackets): Node {
  const { space } = reviewed;
  const parts = [
    reviewed.now,
    servicePackets(
      space,
      services.flatMap(({ matches }) => matches),
    ),
    source === undefined ? TRUE : space.withAddress("source", source),
    destination === undefined ? TRUE : space.withAddress("destination", destination),
  ];
  return parts.reduce((set, part) => space.diagrams.and(set, part));
}

/** Those of them that are for one machine, and go where it is asked about. */
export function packetsThere(reviewed: Reviewed, asked: AskedPackets): Node {
  const { space } = reviewed;
  const { diagrams } = space;
  const { to } = asked;
  const parts = [
    namedPackets(reviewed, asked),
    space.is(space.broadcast, 0),
    diagrams.not(space.withAddress("destination", MULTICAST)),
    to.kind === "zone"
      ? diagrams.and(space.is(space.local, 0), reviewed.ofZone("out", to.name))
      : space.is(space.local, 1),
  ];
  return parts.reduce((set, part) => diagrams.and(set, part));
}

/** What comes in from a zone, or is sent by the host. */
export function sentFrom(reviewed: Reviewed, from: NonNullable<AskedPackets["from"]>): Node {
  const { space } = reviewed;
  return from.kind === "zone" ? reviewed.ofZone("in", from.name) : space.is(space.in, 0);
}

/** What the host gets from others: addressed to it, or to many, be it forwarded later or not. */
export function receivedFromOthers(reviewed: Reviewed): Node {
  const { space } = reviewed;
  const { diagrams, interfaces } = space;
  const own = space.anyOf(space.in, [0, interfaces.of("lo")], interfaces.count);
  return diagrams.without(diagrams.or(space.is(space.local, 1), space.is(space.out, 0)), own);
}

/** What of some packets may pass. */
export function mayPass(reviewed: Reviewed, set: Node): Node {
  return reviewed.space.may(reviewed.where(({ verdict }) => verdict === "accept", set));
}

/** What of some packets may pass by an entry, or by the default of a zone: beside what the language itself lets in. */
export function mayPassByEntries(reviewed: Reviewed, set: Node): Node {
  const defaults = new Set(reviewed.policy.zones.map((zone) => defaultOf(zone)));
  return reviewed.space.may(
    reviewed.where(
      ({ verdict, by }) =>
        verdict === "accept" && (by?.kind === "entry" || (by?.kind === "implicit" && defaults.has(by.reason))),
      set,
    ),
  );
}
