import { show } from "../../model/findings";
import { printOrigin } from "../../model/origin";
import type { ServiceMatch } from "../../model/services";
import { FALSE, type Node } from "../diagrams";
import type { Question } from "../landmarks";
import { decidersInWords, type Reviewed } from "../reviewed";
import { servicePackets } from "../service-packets";

/** Networks that nobody out there has: RFC 1918, 6598, 3927, loopback; RFC 4193 and link-local. */
const NOT_THE_WORLD = {
  v4: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"],
  v6: ["fc00::/7", "fe80::/10", "::1"],
};

/** So many addresses are the world: more than any organisation has. An IPv6 /12 is what a regional registry gets. */
const THE_WORLD = { 4: 2 ** 24, 6: 2 ** 116 } as const;

/** What the check has to tell apart. */
export function privateQuestions(services: readonly ServiceMatch[]): Question[] {
  return services.length === 0 ? [] : [{ source: NOT_THE_WORLD, services }];
}

/** A service that is private is not open to the world: only to zones that are named, and to addresses that are. */
export function privateServicesStayPrivate(reviewed: Reviewed): void {
  const { policy, space } = reviewed;
  for (const { service, within, origin } of policy.review?.private ?? []) {
    const packets = servicePackets(space, service.matches);
    for (const zone of policy.zones) {
      if (within.includes(zone.name)) continue;
      const here = space.diagrams.and(reviewed.ofZone("in", zone.name), space.is(space.local, 1));
      const open = space.diagrams.and(reviewed.now, space.diagrams.and(here, packets));
      const admitted = reviewed.where(({ verdict }) => verdict === "accept", open);
      if (!isOpenToTheWorld(reviewed, admitted)) continue;
      const outcomes = reviewed.outcomesOf(admitted);
      const told = {
        problem: `${show(service.name)} is private by ${printOrigin(origin)}, and open to the world from ${show(zone.name)}, by ${decidersInWords(outcomes)}`,
        ...reviewed.packetOf(space.diagrams.without(admitted, space.withAddress("source", NOT_THE_WORLD))),
        fix: "name the addresses that may, or the zone with `within`",
      };
      const entry = outcomes.map(({ by, forwardedBy }) => reviewed.entryOf(forwardedBy ?? by)).find(Boolean);
      if (entry === undefined) reviewed.reportZone("private-open", zone, told);
      else reviewed.reportEntry("private-open", entry, told);
    }
  }
}

function isOpenToTheWorld({ space }: Reviewed, admitted: Node): boolean {
  if (admitted === FALSE) return false;
  const { diagrams } = space;
  const outside = diagrams.without(admitted, space.withAddress("source", NOT_THE_WORLD));
  return ([4, 6] as const).some((family) => {
    const sources = space.sourcesOf(diagrams.given(outside, space.family, family === 4 ? 0 : 1), family);
    const count = sources.reduce((sum, [first, last]) => sum + Number(last) - Number(first) + 1, 0);
    return count > THE_WORLD[family];
  });
}
