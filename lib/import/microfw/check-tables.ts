import type { Mistake } from "../../model/explain-issues";
import { nearestName, show, type Finding } from "../../model/findings";
import { at } from "./read-rows";
import { ALL, DOCKER, FW, GEO, rowsOf, type NodeTables, type Place, type RuleRow, type VirtualRow } from "./rows";

/** How the tables of a node fit together: everything that MicroFW itself refuses, with its place and its cure. */
export function checkTables(tables: NodeTables): Finding[] {
  const findings: Finding[] = [];
  const complain = (place: Place, mistake: Mistake) => findings.push(at(place, mistake));
  checkInterfaces(tables, complain);
  const names = namesOf(tables);
  for (const row of rowsOf(tables.rules)) checkRule(row, names, (mistake) => complain(row.place, mistake));
  for (const row of rowsOf(tables.virtuals)) checkVirtual(row, names, (mistake) => complain(row.place, mistake));
  return findings;
}

interface Names {
  readonly zones: readonly string[];
  readonly addresses: readonly string[];
  readonly services: readonly string[];
}

function namesOf({ interfaces, addresses, services }: NodeTables): Names {
  return {
    zones: [...new Set(rowsOf(interfaces).map(({ zone }) => zone))],
    addresses: rowsOf(addresses).map(({ name }) => name),
    services: rowsOf(services).map(({ name }) => name),
  };
}

function checkInterfaces({ interfaces }: NodeTables, complain: (place: Place, mistake: Mistake) => void): void {
  const seen = new Map<string, Place>();
  for (const { place, policy } of rowsOf(interfaces)) {
    const first = seen.get(policy.name);
    if (first === undefined) seen.set(policy.name, place);
    else {
      complain(place, {
        problem: `the interface ${show(policy.name)} is named twice, first in line ${first.line}`,
        allowed: "one zone for each interface",
        fix: "delete one of the two lines",
      });
    }
  }
}

function checkRule(row: RuleRow, names: Names, complain: (mistake: Mistake) => void): void {
  const { from, to, source, destination, service } = row;
  checkSourceZone(from, "rule", names, complain);
  if (to !== FW && to !== ALL && !names.zones.includes(to)) {
    complain(unknown(to, "zone", names.zones, [FW, ALL]));
  }
  if (source !== ALL && !source.startsWith(GEO)) checkAddress(source, names, [ALL, `${GEO}DE`], complain);
  if (destination.startsWith(GEO)) {
    complain({
      problem: `${show(destination)} is the destination`,
      allowed: "a country as the source only",
      fix: "write `ALL`, or the name of an address",
    });
  } else if (destination !== ALL) checkAddress(destination, names, [ALL], complain);
  if (service !== ALL && !names.services.includes(service)) {
    complain(unknown(service, "service", names.services, [ALL]));
  }
}

function checkVirtual(row: VirtualRow, names: Names, complain: (mistake: Mistake) => void): void {
  const { from, external, internal, externalService, internalService } = row;
  checkSourceZone(from, "virtual", names, complain);
  for (const [side, given] of [["external", external] as const, ["internal", internal] as const]) {
    if (given === ALL) {
      complain({
        problem: `the ${side} address is \`${ALL}\``,
        allowed: "the name of an address",
        fix: side === "external" ? "name the address that clients connect to" : "name the machine behind",
      });
    } else if (side === "external" || given !== DOCKER) {
      checkAddress(given, names, side === "external" ? [] : [DOCKER], complain);
    }
  }
  if (externalService === ALL || internalService === ALL) {
    if (externalService !== internalService) {
      complain({
        problem: `only one of the services is \`${ALL}\`: ${show(externalService)} to ${show(internalService)}`,
        allowed: "`ALL` on both sides, or a service on both",
      });
    }
    if (internal === DOCKER) {
      complain({
        problem: `\`${ALL}\` ports go to \`${DOCKER}\`: the host itself would be open, too`,
        allowed: "a service",
        fix: "write one line for each port that a container publishes",
      });
    }
  }
  for (const service of new Set([externalService, internalService])) {
    if (service !== ALL && !names.services.includes(service)) {
      complain(unknown(service, "service", names.services, [ALL]));
    }
  }
}

function checkSourceZone(from: string, kind: string, { zones }: Names, complain: (mistake: Mistake) => void): void {
  if (from === ALL || from === FW) {
    complain({
      problem: `\`${from}\` can not be the source zone of a ${kind}`,
      allowed: zones.map(show).join(", "),
      fix:
        from === ALL ? "write one line for each zone" : "what the host itself sends is always allowed: delete the line",
    });
  } else if (!zones.includes(from)) complain(unknown(from, "zone", zones, []));
}

function checkAddress(
  name: string,
  { addresses }: Names,
  others: readonly string[],
  complain: (mistake: Mistake) => void,
): void {
  if (!addresses.includes(name)) complain(unknown(name, "address", addresses, others));
}

const TABLE_OF = { zone: "interfaces", address: "addresses", service: "services" } as const;
const MOST_NAMES = 12;

function unknown(
  name: string,
  kind: keyof typeof TABLE_OF,
  known: readonly string[],
  words: readonly string[],
): Mistake {
  const near = nearestName(name, [...known, ...words]);
  const listed = known.length > MOST_NAMES ? [`a name of the table \`${TABLE_OF[kind]}\``] : known.map(show);
  return {
    problem: `${show(name)} is no ${kind} of this node`,
    allowed: [...listed, ...words.map(show)].join(", ") || "none: the table is empty",
    fix: near === undefined ? `add it to the table \`${TABLE_OF[kind]}\`` : `did you mean \`${near}\`?`,
  };
}
