import type { InterfacePolicy } from "../../model/policy";
import type { Names } from "../names";
import type { EntryPlan, PlanLine, ZonePlan } from "../plan";
import { DOCKER, type InterfaceRow, type Line, type Place } from "./rows";
import { differs, same } from "./translate-objects";

export interface TranslatedZones {
  readonly lines: readonly PlanLine<ZonePlan>[];
  /** Our names of the zones. */
  readonly names: ReadonlyMap<string, string>;
  /** What MicroFW lets pass by itself, before all rules. */
  readonly entries: readonly PlanLine<EntryPlan>[];
}

type Gathered = {
  readonly interfaces: InterfacePolicy[];
  readonly place: Place;
  readonly before: PlanLine<ZonePlan>[];
};

/** The interfaces, gathered to zones; each zone stands where its first interface stood, with all of its comments. */
export function translateZones(table: readonly Line<InterfaceRow>[], names: Names): TranslatedZones {
  const zones = new Map<string, Gathered>();
  let pending: PlanLine<ZonePlan>[] = [];
  for (const line of table) {
    if (line.kind !== "row") {
      pending.push(line);
      continue;
    }
    const { zone, policy, place } = line.row;
    const known = zones.get(zone);
    if (known === undefined) zones.set(zone, { interfaces: [policy], place, before: pending });
    else {
      known.interfaces.push(policy);
      known.before.push(...pending.filter(({ kind }) => kind === "comment"));
    }
    pending = [];
  }
  const ours = new Map([...zones.keys()].map((zone) => [zone, names.of("zone", zone)]));
  const lines = [...zones].flatMap(([zone, { interfaces, place, before }]): PlanLine<ZonePlan>[] => {
    const name = ours.get(zone) ?? zone;
    const renamed = same(place, `the zone \`${zone}\` is named \`${name}\` here`);
    return [
      ...before,
      ...(name === zone ? [] : [{ kind: "remark" as const, remark: renamed }]),
      { kind: "declared", what: { name, interfaces, place } },
    ];
  });
  const entries = [...zones].flatMap(([zone, one]) => bridges(zone, ours.get(zone) ?? zone, one));
  return { lines: [...lines, ...pending], names: ours, entries };
}

/** Names that programs give to bridges; of others nobody knows here. */
const BRIDGE = /^(br|docker|virbr|vmbr|lxcbr|lxdbr|cni|cbr|ovs)/;

/**
 * What comes in and goes out by one bridge, MicroFW accepts. A rule from the zone to itself means just that where the
 * zone is one interface, since by another kind of interface nothing goes back out.
 */
function bridges(zone: string, name: string, { interfaces, place }: Gathered): PlanLine<EntryPlan>[] {
  const found = interfaces.filter((one) => zone === DOCKER || BRIDGE.test(one.name));
  if (found.length === 0) return [];
  const listed = found.map((one) => `\`${one.name}\``).join(", ");
  if (interfaces.length > 1 || interfaces.some((one) => one.name.endsWith("*"))) {
    const words =
      `MicroFW lets machines on one bridge (${listed}) talk to each other; here the rules decide, since a rule for ` +
      `that would also open the way between the interfaces of \`${name}\`: give each bridge a zone of its own`;
    return [{ kind: "remark", remark: differs(place, words) }];
  }
  return [
    { kind: "remark", remark: same(place, `MicroFW lets machines on one bridge (${listed}) talk to each other`) },
    {
      kind: "declared",
      what: { kind: "rule", action: "accept", from: { kind: "zone", name }, to: { kind: "zone", name }, place },
    },
  ];
}
