import { libraryService } from "../../model/service-library";
import type { ServicePolicy } from "../../model/services";
import type { Names } from "../names";
import type { AddressPlan, PlanLine, Remark, ServicePlan } from "../plan";
import type { AddressRow, Line, Place, ServiceRow } from "./rows";

/** The objects of a table: as lines, and by the names that the rows of other tables use. */
export interface Translated<T> {
  readonly lines: readonly PlanLine<T>[];
  /** Nothing stands for an object that holds nothing: what names it never matches. */
  readonly byName: ReadonlyMap<string, T | undefined>;
}

export function translateAddresses(table: readonly Line<AddressRow>[], names: Names): Translated<AddressPlan> {
  return translate(table, "address", ({ name, policy, masked }) => ({
    what: policy.v4.length + policy.v6.length === 0 ? undefined : { name: names.of("address", name), policy },
    words: masked.map((text) => `\`${text}\` is written as the network that MicroFW's set holds`),
  }));
}

export function translateServices(table: readonly Line<ServiceRow>[], names: Names): Translated<ServicePlan> {
  return translate(table, "service", (row) => {
    const policy = policyOf(row);
    const library = JSON.stringify(libraryService(row.name)) === JSON.stringify(policy);
    const name = library ? row.name : names.of("service", row.name);
    return { what: policy.length === 0 ? undefined : { name, policy, library }, words: [] };
  });
}

function policyOf({ tcp, udp }: ServiceRow): ServicePolicy {
  return [
    ...(tcp === undefined ? [] : [{ kind: "ports" as const, protocol: "tcp" as const, ports: [tcp] }]),
    ...(udp === undefined ? [] : [{ kind: "ports" as const, protocol: "udp" as const, ports: [udp] }]),
  ];
}

function translate<Row extends { readonly name: string; readonly place: Place }, T extends { readonly name: string }>(
  table: readonly Line<Row>[],
  kind: "address" | "service",
  meaning: (row: Row) => { readonly what: T | undefined; readonly words: readonly string[] },
): Translated<T> {
  // Of two rows with one name, MicroFW takes the last.
  const last = new Map(table.flatMap((line) => (line.kind === "row" ? [[line.row.name, line.row] as const] : [])));
  const byName = new Map<string, T | undefined>();
  const lines = table.flatMap((line): PlanLine<T>[] => {
    if (line.kind !== "row") return [line];
    const { row } = line;
    const remark = (words: string): PlanLine<T> => ({ kind: "remark", remark: same(row.place, words) });
    const winner = last.get(row.name);
    if (winner !== undefined && winner !== row) {
      return [remark(`\`${row.name}\` is declared again in line ${winner.place.line}, which counts`)];
    }
    const { what, words } = meaning(row);
    byName.set(row.name, what);
    if (what === undefined) return [remark(`the ${kind} \`${row.name}\` is empty, and left out`)];
    const renamed = what.name === row.name ? [] : [`\`${row.name}\` is named \`${what.name}\` here`];
    return [...[...renamed, ...words].map(remark), { kind: "declared", what }];
  });
  return { lines, byName };
}

/** About how the same is written here. */
export const same = (place: Place, words: string): Remark => ({ program: "MicroFW", place, differs: false, words });
/** About packets that are treated in another way. */
export const differs = (place: Place, words: string): Remark => ({ program: "MicroFW", place, differs: true, words });
