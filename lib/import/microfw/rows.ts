import type { Action, InterfacePolicy } from "../../model/policy";
import type { PortRange } from "../../model/services";
import type { AddressPolicy } from "../../model/addresses";

/** Where a row stands. */
export type Place = Readonly<{ file: string; line: number }>;

/** The rows of the five tables, each value understood. */
export type ServiceRow = Readonly<{ place: Place; name: string; tcp?: PortRange; udp?: PortRange }>;
export type AddressRow = Readonly<{
  place: Place;
  name: string;
  policy: AddressPolicy;
  /** What was written with host bits below the prefix: the set of MicroFW holds the network, too. */
  masked: readonly string[];
}>;
export type InterfaceRow = Readonly<{ place: Place; zone: string; policy: InterfacePolicy }>;
export type RuleRow = Readonly<{
  place: Place;
  from: string;
  /** A zone, `FW` or `ALL`. */
  to: string;
  /** The name of an address, `GEO:XX`, or `ALL`. */
  source: string;
  destination: string;
  service: string;
  action: Action;
}>;
export type VirtualRow = Readonly<{
  place: Place;
  from: string;
  external: string;
  /** The name of an address, or `DOCKER`. */
  internal: string;
  externalService: string;
  internalService: string;
}>;

/** The words of MicroFW that are no names. */
export const ALL = "ALL";
export const FW = "FW";
export const DOCKER = "DOCKER";
export const GEO = "GEO:";

/** A table with its rows understood, its comments and its empty lines, in the order of the file. */
export type Line<Row> =
  Readonly<{ kind: "row"; row: Row }> | Readonly<{ kind: "comment"; text: string }> | Readonly<{ kind: "blank" }>;

export interface NodeTables {
  readonly services: readonly Line<ServiceRow>[];
  readonly addresses: readonly Line<AddressRow>[];
  readonly interfaces: readonly Line<InterfaceRow>[];
  readonly rules: readonly Line<RuleRow>[];
  readonly virtuals: readonly Line<VirtualRow>[];
}

export function rowsOf<Row>(lines: readonly Line<Row>[]): Row[] {
  return lines.flatMap((line) => (line.kind === "row" ? [line.row] : []));
}
