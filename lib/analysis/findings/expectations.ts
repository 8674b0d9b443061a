import type { Expectation } from "../../model/expectations";
import type { HostPolicy } from "../../model/policy";
import { FALSE, TRUE, type Node } from "../diagrams";
import { MULTICAST, type Question } from "../landmarks";
import type { Reviewed } from "../reviewed";
import { servicePackets } from "../service-packets";

export function expectedQuestions({ review }: HostPolicy): Question[] {
  return (review?.expectations ?? []).map(({ source, destination, services }) => ({
    source,
    destination,
    services: services.flatMap(({ matches }) => matches),
  }));
}

/** What is expected of the rules holds: of every packet, and not of examples. */
export function expectationsHold(reviewed: Reviewed): void {
  for (const expectation of reviewed.policy.review?.expectations ?? []) {
    const wrong = exceptionTo(reviewed, expectation);
    if (wrong === FALSE) continue;
    const { verdict, words, origin } = expectation;
    const { packet, decider } = reviewed.evidence(wrong);
    reviewed.report({
      code: "expectation-failed",
      origin,
      problem: `\`${words}\` is expected to be ${verdict}, and is ${verdict === "accepted" ? "refused" : "accepted"} by ${decider}`,
      packet,
    });
  }
}

/** Packets that fare otherwise than expected; where any zone may accept them, those of the last one that does not. */
export function exceptionTo(reviewed: Reviewed, expectation: Expectation): Node {
  const { from, verdict } = expectation;
  if (from !== undefined) return wrongFrom(reviewed, expectation, sentFrom(reviewed, from));
  let last: Node = FALSE;
  for (const { name } of reviewed.policy.zones) {
    last = wrongFrom(reviewed, expectation, reviewed.ofZone("in", name));
    if ((last === FALSE) === (verdict === "accepted")) return last;
  }
  return last;
}

function wrongFrom(reviewed: Reviewed, { verdict, ...expected }: Expectation, sender: Node): Node {
  const { space } = reviewed;
  const { diagrams } = space;
  const all = diagrams.and(sender, packetsOf(reviewed, expected));
  const accepted = space.may(reviewed.where((outcome) => outcome.verdict === "accept", all));
  if (verdict === "refused") return accepted;
  // Where a port forward's packets go is for the routes to say: one way that accepts them is enough.
  const there = expected.to.kind === "host" ? diagrams.regardless(accepted, space.out) : accepted;
  return reviewed.where((outcome) => outcome.verdict !== "accept", diagrams.without(all, there));
}

function packetsOf(reviewed: Reviewed, { to, source, destination, services }: Omit<Expectation, "verdict">): Node {
  const { space } = reviewed;
  const { diagrams } = space;
  const parts = [
    reviewed.now,
    servicePackets(
      space,
      services.flatMap(({ matches }) => matches),
    ),
    source === undefined ? TRUE : space.withAddress("source", source),
    destination === undefined ? TRUE : space.withAddress("destination", destination),
    space.is(space.broadcast, 0),
    diagrams.not(space.withAddress("destination", MULTICAST)),
    to.kind === "zone"
      ? diagrams.and(space.is(space.local, 0), reviewed.ofZone("out", to.name))
      : space.is(space.local, 1),
  ];
  return parts.reduce((set, part) => diagrams.and(set, part));
}

function sentFrom(reviewed: Reviewed, from: NonNullable<Expectation["from"]>): Node {
  const { space } = reviewed;
  return from.kind === "zone" ? reviewed.ofZone("in", from.name) : space.is(space.in, 0);
}
