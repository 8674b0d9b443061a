import type { RuleEntry } from "../../model/policy";
import { show } from "../../model/findings";
import type { Reviewed } from "../reviewed";

/** Nobody reaches all that listens on the host, unless that is said to be meant. */
export function hostIsNotOpen(reviewed: Reviewed): void {
  const { policy } = reviewed;
  for (const entry of policy.entries) {
    if (entry.kind !== "rule" || !opensAll(entry)) continue;
    const reached = reviewed.where(
      ({ by, verdict }) => verdict === "accept" && reviewed.isOf(by, entry),
      toHost(reviewed),
    );
    if (reached === 0) continue;
    const { from } = entry;
    reviewed.reportEntry("open-host", entry, {
      problem: `everybody in ${show(from.kind === "zone" ? from.name : from.kind)} reaches every port of the host`,
      ...reviewed.packetOf(reached),
      fix: "name the services, or the addresses that may",
    });
  }
  for (const zone of policy.zones) {
    if (zone.default !== "accept") continue;
    const all = reviewed.space.diagrams.and(toHost(reviewed), reviewed.ofZone("in", zone.name));
    const reached = reviewed.where(({ by, verdict }) => verdict === "accept" && by?.kind === "implicit", all);
    if (reached === 0) continue;
    reviewed.reportZone("open-host", zone, {
      problem: `everybody in ${show(zone.name)} reaches every port of the host that no entry refuses: its default is accept`,
      fix: "name the services that it needs, and leave the default out",
    });
  }
}

function toHost({ space }: Reviewed) {
  return space.diagrams.and(space.is(space.out, 0), space.ofProtocol(6));
}

function opensAll(entry: RuleEntry): boolean {
  const { action, from, to, source, services, destination } = entry;
  if (action !== "accept" && action !== "accept+nat") return false;
  if (from.kind !== "zone" || (to.kind !== "host" && to.kind !== "all")) return false;
  const narrow = [entry.exceptSource, entry.sourcePorts, entry.limit, entry.connections, entry.raw];
  return source.length + services.length + destination.length === 0 && narrow.every((one) => one === undefined);
}
