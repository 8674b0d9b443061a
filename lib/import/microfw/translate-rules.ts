import { readAddressText } from "../../model/address-text";
import type { Finding } from "../../model/findings";
import type { Endpoint } from "../../model/policy";
import type { AddressPlan, AddressUse, EntryPlan, PlanLine, Remark, RulePlan, ServicePlan, ServiceUse } from "../plan";
import { isSame, masqueradedParts } from "./masquerade";
import { at } from "./read-rows";
import { ALL, FW, GEO, type Line, type RuleRow } from "./rows";
import { differs, same } from "./translate-objects";
import { familiesOf } from "./uses";

/** The names of a node, as what they mean here; nothing for an object that holds nothing. */
export interface NodeNames {
  readonly zones: ReadonlyMap<string, string>;
  readonly addresses: ReadonlyMap<string, AddressPlan | undefined>;
  readonly services: ReadonlyMap<string, ServicePlan | undefined>;
}

type Read = { readonly rule?: RulePlan; readonly remarks: readonly Remark[] };

/** The rules of a node, in their order. */
export function translateRules(
  table: readonly Line<RuleRow>[],
  names: NodeNames,
  findings: Finding[],
): { lines: readonly PlanLine<EntryPlan>[]; rules: readonly RulePlan[] } {
  const read = new Map<RuleRow, Read>();
  for (const line of table) if (line.kind === "row") read.set(line.row, readRule(line.row, names, findings));
  const rules = [...read.values()].flatMap(({ rule }) => rule ?? []);
  const refusesAll = rules.find(refusesNeighbours);

  const lines = table.flatMap((line): PlanLine<EntryPlan>[] => {
    if (line.kind !== "row") return [line];
    const { rule, remarks } = read.get(line.row) ?? { remarks: [] };
    if (rule === undefined) return remarks.map(asLine);
    const ofNeighbours = rule === refusesAll ? [differs(rule.place, NEIGHBOURS)] : [];
    return [...[...remarks, ...ofNeighbours].map(asLine), ...withMasquerade(rule, rules)];
  });
  return { lines, rules };
}

const NEIGHBOURS =
  "there this refuses IPv6's neighbour discovery as well, so that the host loses its IPv6; here what IPv6 needs is " +
  "accepted before the list";

/** A rule for all services that refuses what comes to the host, by which ICMPv6 goes, too. */
function refusesNeighbours({ action, to, source, destination, service }: RulePlan): boolean {
  const refuses = action === "reject" || action === "drop";
  return refuses && to.kind !== "zone" && service === undefined && source === undefined && destination === undefined;
}

function withMasquerade(rule: RulePlan, rules: readonly RulePlan[]): PlanLine<EntryPlan>[] {
  if (rule.action !== "accept") return [{ kind: "declared", what: rule }];
  const { parts, unknown } = masqueradedParts(rule, rules);
  const remarks = unknown.map(({ place }) =>
    differs(
      rule.place,
      `what line ${place.line} has in common with it, MicroFW masquerades; here it is not masqueraded, since nobody ` +
        "knows which addresses of a country that is: write a rule for it if it is needed",
    ),
  );
  const lines: PlanLine<EntryPlan>[] = [...remarks.map(asLine)];
  for (const part of parts) {
    const whole = isSame(part.rule, rule);
    const words = `MicroFW masquerades ${whole ? "this" : "this part of the next rule"}, too: by line ${part.by.place.line}`;
    lines.push(asLine(same(rule.place, words)), { kind: "declared", what: part.rule });
    if (whole) return lines;
  }
  return [...lines, { kind: "declared", what: rule }];
}

function readRule(row: RuleRow, names: NodeNames, findings: Finding[]): Read {
  const { place } = row;
  const source = row.source.startsWith(GEO) ? countries(row, findings) : addressUse(row.source, names);
  const destination = addressUse(row.destination, names);
  const service = serviceUse(row.service, names);
  const empty = [
    ...(source === "empty" ? [row.source] : []),
    ...(destination === "empty" ? [row.destination] : []),
    ...(service === "empty" ? [row.service] : []),
  ];
  if (source === "empty" || destination === "empty" || service === "empty") {
    return { remarks: [same(place, `left out: \`${empty[0] ?? ""}\` is empty, so that MicroFW makes no rule of it`)] };
  }
  if (!familiesOf(source).some((family) => familiesOf(destination).includes(family))) {
    const words = `left out: \`${row.source}\` and \`${row.destination}\` have no family in common, so that it never matches`;
    return { remarks: [same(place, words)] };
  }
  const toHost = row.to === FW;
  const rule: RulePlan = {
    kind: "rule",
    action: row.action === "accept+nat" && toHost ? "accept" : row.action,
    from: { kind: "zone", name: names.zones.get(row.from) ?? row.from },
    to: endOf(row.to, names),
    ...(source && { source }),
    ...(destination && { destination }),
    ...(service && { service }),
    place,
  };
  if (row.action !== "accept+nat" || !toHost) return { rule, remarks: [] };
  const words =
    source === undefined
      ? same(place, "`accept+nat` to the host itself has nothing to masquerade")
      : differs(
          place,
          `MicroFW masquerades with it all that \`${row.source}\` sends through the host; here it is about the host alone`,
        );
  return { rule, remarks: [words] };
}

function endOf(to: string, { zones }: NodeNames): Endpoint {
  if (to === FW) return { kind: "host" };
  return to === ALL ? { kind: "all" } : { kind: "zone", name: zones.get(to) ?? to };
}

export function addressUse(name: string, { addresses }: NodeNames): AddressUse | undefined | "empty" {
  if (name === ALL) return undefined;
  const declared = addresses.get(name);
  return declared === undefined ? "empty" : { declared };
}

export function serviceUse(name: string, { services }: NodeNames): ServiceUse | undefined | "empty" {
  if (name === ALL) return undefined;
  const declared = services.get(name);
  return declared === undefined ? "empty" : { declared };
}

/** `GEO:DE`, `GEO:DE,AT` */
function countries({ source, place }: RuleRow, findings: Finding[]): AddressUse | "empty" {
  const texts = source
    .slice(GEO.length)
    .split(",")
    .flatMap((code) => {
      const read = readAddressText(`country:${code}`);
      if (read !== undefined && !("problem" in read)) return [read];
      findings.push(at(place, read ?? { problem: `\`${code}\` is no country` }));
      return [];
    });
  return texts.length === 0 ? "empty" : { texts };
}

const asLine = (remark: Remark): PlanLine<EntryPlan> => ({ kind: "remark", remark });
