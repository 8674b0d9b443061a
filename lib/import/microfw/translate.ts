import type { Finding } from "../../model/findings";
import { SERVICE_LIBRARY } from "../../model/service-library";
import { Names } from "../names";
import { BLANK, type EntryPlan, type HostPlan, type PlanLine } from "../plan";
import { rowsOf, type NodeTables } from "./rows";
import { translateAddresses, translateServices } from "./translate-objects";
import { translateRules } from "./translate-rules";
import { translateVirtuals } from "./translate-virtuals";
import { translateZones } from "./translate-zones";

export type MicrofwNode = Readonly<{ name: string; tables: NodeTables }>;

/** Tables without mistakes → what they mean here. What can not be said here is added to the findings. */
export function translateNodes(nodes: readonly MicrofwNode[], findings: Finding[]): HostPlan[] {
  const names = new Names([
    ...Object.keys(SERVICE_LIBRARY).map((name) => ["service", name] as const),
    ...nodes.flatMap(({ tables }) => [
      ...rowsOf(tables.interfaces).map(({ zone }) => ["zone", zone] as const),
      ...rowsOf(tables.addresses).map(({ name }) => ["address", name] as const),
      ...rowsOf(tables.services).map(({ name }) => ["service", name] as const),
    ]),
  ]);
  return nodes.map((node) => translateNode(node, names, findings));
}

function translateNode({ name, tables }: MicrofwNode, names: Names, findings: Finding[]): HostPlan {
  const zones = translateZones(tables.interfaces, names);
  const addresses = translateAddresses(tables.addresses, names);
  const services = translateServices(tables.services, names);
  const known = { zones: zones.names, addresses: addresses.byName, services: services.byName };
  const { lines, rules } = translateRules(tables.rules, known, findings);
  const virtuals = translateVirtuals(tables.virtuals, rules, known, findings);
  return {
    name,
    zones: zones.lines,
    addresses: addresses.lines,
    services: services.lines,
    entries: inParagraphs([zones.entries, lines, virtuals]),
  };
}

function inParagraphs(parts: readonly (readonly PlanLine<EntryPlan>[])[]): PlanLine<EntryPlan>[] {
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : [BLANK, ...part]));
}
