import type { AddressPolicy } from "../model/addresses";
import type { Raw } from "../model/conditions";
import type { Action, Backend, Endpoint, InterfacePolicy } from "../model/policy";
import type { PortRange, ServicePolicy } from "../model/services";

/**
 * What an importer understood, before it is printed: the one translation behind the project in TypeScript
 * (`lib/import/project`) and the policies (`plan-policy.ts`). Names are those of our language.
 */
export interface HostPlan {
  readonly name: string;
  /** @default that of the fleet */
  readonly backend?: Backend;
  readonly zones: readonly PlanLine<ZonePlan>[];
  readonly addresses: readonly PlanLine<AddressPlan>[];
  readonly services: readonly PlanLine<ServicePlan>[];
  /** The first one that matches a packet decides. */
  readonly entries: readonly PlanLine<EntryPlan>[];
}

/** Something declared, words of the user beside it, or words of ours about what it means now. */
export type PlanLine<T> =
  | Readonly<{ kind: "declared"; what: T }>
  | Readonly<{ kind: "comment"; text: string }>
  | Readonly<{ kind: "blank" }>
  | Readonly<{ kind: "remark"; remark: Remark }>;

export const BLANK = Object.freeze({ kind: "blank" } as const);

/** What whoever moves over has to know about one place. */
export interface Remark {
  /** Where it was before. */
  readonly program: "MicroFW" | "docker-fw";
  readonly place: Place;
  /** Whether packets are treated in another way than before; else it is about how the same is written here. */
  readonly differs: boolean;
  readonly words: string;
}

/** A line of the source, as it is shown. */
export type Place = Readonly<{ file: string; line: number; column?: number }>;

export type ZonePlan = Readonly<{
  name: string;
  interfaces: readonly InterfacePolicy[];
  /** Whether Docker's containers are behind it. */
  containers?: "closed";
  place: Place;
}>;

/** A named object; a library service is not declared anew. */
export type Named<P> = Readonly<{ name: string; policy: P }>;
export type AddressPlan = Named<AddressPolicy>;
export type ServicePlan = Named<ServicePolicy> & Readonly<{ library: boolean }>;

/** What an entry names on one side: a declared object, or texts whose names are their spelling. */
export type Use<T> = Readonly<{ declared: T }> | Readonly<{ texts: readonly T[] }>;
export type AddressUse = Use<AddressPlan>;
export type ServiceUse = Use<ServicePlan>;

export type RulePlan = Readonly<{
  kind: "rule";
  action: Action;
  from: Endpoint;
  to: Endpoint;
  source?: AddressUse;
  destination?: AddressUse;
  service?: ServiceUse;
  /** Every port that Docker publishes for the containers, instead of services. */
  published?: true;
  /** Whether the source finds the destination by its name. */
  link?: true;
  sourcePort?: number;
  raw?: Raw;
  comment?: string;
  place: Place;
}>;
export type ForwardPlan = Readonly<{
  kind: "forward";
  from: string;
  at: AddressUse;
  to: AddressUse;
  service?: ServiceUse;
  port?: PortRange;
  place: Place;
}>;
export type EntryPlan = RulePlan | ForwardPlan;

/** The objects that an entry names. */
export function partsOf<T>(use: Use<T> | undefined): readonly T[] {
  if (use === undefined) return [];
  return "declared" in use ? [use.declared] : use.texts;
}

export function declaredOf<T>(lines: readonly PlanLine<T>[]): T[] {
  return lines.flatMap((line) => (line.kind === "declared" ? [line.what] : []));
}
