import type { Outcome } from "../outcomes";
import { decidersInWords, type Reviewed } from "../reviewed";
import type { Entry } from "../../model/policy";

/** Every entry decides some packet, and every port forward lets one through. */
export function everyEntryMatches(reviewed: Reviewed): void {
  const { outcomes, policy } = reviewed;
  const deciding = new Set(outcomes.map(({ by }) => reviewed.entryOf(by)));
  const forwarding = new Map<Entry | undefined, boolean>();
  for (const { forwardedBy, verdict } of outcomes) {
    const entry = reviewed.entryOf(forwardedBy);
    forwarding.set(entry, forwarding.get(entry) === true || verdict === "accept");
  }
  for (const entry of policy.entries) {
    if (entry.kind === "rule") {
      if (!deciding.has(entry)) tellHidden(reviewed, entry);
    } else if (forwarding.get(entry) === undefined) tellHidden(reviewed, entry);
    else if (forwarding.get(entry) === false) tellRefused(reviewed, entry);
  }
}

function tellHidden(reviewed: Reviewed, entry: Entry): void {
  const region = reviewed.regionOf(entry);
  const hiders = reviewed.outcomesOf(region);
  for (const { by } of hiders) {
    const hider = reviewed.entryOf(by);
    if (hider !== undefined) reviewed.hiding.add(hider);
  }
  const opposite = entry.kind === "rule" ? oppositeNeighbour(reviewed, entry, hiders) : undefined;
  if (opposite !== undefined) {
    reviewed.reportEntry("contradicts", entry, {
      problem: `it says the opposite of the entry before it, for the same packets: ${opposite}`,
      ...reviewed.packetOf(region),
      fix: "delete one of the two",
    });
    return;
  }
  const byForwards = entry.kind === "forward" ? hiders.filter(({ forwardedBy }) => forwardedBy !== undefined) : [];
  const takers = byForwards.length > 0 ? byForwards.map((one) => ({ ...one, by: one.forwardedBy })) : hiders;
  reviewed.reportEntry("never-matches", entry, {
    problem:
      takers.length === 0
        ? "no packet can match it"
        : `no packet is left for it: all that it would match is decided before, by ${decidersInWords(takers)}`,
    ...reviewed.packetOf(region),
    fix: "delete it, or move it up",
  });
}

/** The entry right before, where it takes exactly the same packets and does the opposite. */
function oppositeNeighbour(reviewed: Reviewed, entry: Entry, hiders: readonly Outcome[]): string | undefined {
  const { entries } = reviewed.policy;
  const before = entries[entries.indexOf(entry) - 1];
  if (before?.kind !== "rule" || entry.kind !== "rule") return undefined;
  const accepts = ({ action }: typeof entry) => action === "accept" || action === "accept+nat";
  if (accepts(before) === accepts(entry)) return undefined;
  if (!hiders.every(({ by }) => reviewed.isOf(by, before))) return undefined;
  return reviewed.regionOf(before) === reviewed.regionOf(entry) ? decidersInWords(hiders) : undefined;
}

function tellRefused(reviewed: Reviewed, entry: Entry): void {
  const { packet, decider } = reviewed.evidence(reviewed.where(({ forwardedBy }) => reviewed.isOf(forwardedBy, entry)));
  reviewed.reportEntry("forward-refused", entry, {
    problem: `what it forwards never arrives: its packets are refused after their destination was changed, by ${decider}`,
    packet,
    fix: "move the port forward up, before what refuses it",
  });
}
