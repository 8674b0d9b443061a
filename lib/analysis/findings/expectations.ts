import type { Expectation } from "../../model/expectations";
import { mayPass, packetsThere, sentFrom } from "../asked-packets";
import { FALSE, type Node } from "../diagrams";
import type { Reviewed } from "../reviewed";

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

function wrongFrom(reviewed: Reviewed, { verdict, ...asked }: Expectation, sender: Node): Node {
  const { diagrams, out } = reviewed.space;
  const all = diagrams.and(sender, packetsThere(reviewed, asked));
  const accepted = mayPass(reviewed, all);
  if (verdict === "refused") return accepted;
  // Where a port forward's packets go is for the routes to say: one way that accepts them is enough.
  const there = asked.to.kind === "host" ? diagrams.regardless(accepted, out) : accepted;
  return reviewed.where((outcome) => outcome.verdict !== "accept", diagrams.without(all, there));
}
