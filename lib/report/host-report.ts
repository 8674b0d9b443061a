import type { Bundle } from "../bundle/format";
import { readPolicy } from "../bundle/read-policy";
import { compile } from "../compile/compile";
import { withNetworks } from "../model/countries";
import { printOrigin } from "../model/origin";
import type { Entry, HostPolicy } from "../model/policy";
import { endpointInWords } from "../model/endpoint";
import { entryInWords } from "../model/words";
import type { ChangeReport, Counter, EntryReport, FindingReport, HostDetails, HostSummary, Level } from "./data";
import { flowsOf } from "./flows";
import { pack } from "./pack";
import type { SharedSets } from "./shared-sets";

/** What a host's bundle alone does not tell. */
export interface HostAdditions {
  readonly findings: readonly FindingReport[];
  readonly change?: HostSummary["change"];
  readonly changes?: ChangeReport;
  /** By the construct path of an entry. */
  readonly counters?: ReadonlyMap<string, Counter>;
}

export function policyOf(bundle: Bundle): HostPolicy {
  const { policy, countries } = readPolicy(bundle.folder);
  return withNetworks(policy, countries);
}

export function hostReport(
  { manifest }: Bundle,
  policy: HostPolicy,
  additions: HostAdditions,
  sets: SharedSets,
): HostSummary {
  const { findings, change, changes, counters } = additions;
  const details: HostDetails = {
    zones: policy.zones.map(({ name, interfaces }) => ({ name, interfaces: interfaces.map((one) => one.name) })),
    entries: policy.entries.map((entry) => entryReport(entry, counters)),
    flows: flowsOf(policy),
    findings,
    ...(changes !== undefined && { changes }),
    ...sets.takeFrom(compile(policy)),
  };
  return {
    name: manifest.host,
    address: manifest.target.address,
    groups: manifest.groups,
    backend: manifest.backend,
    generation: manifest.generation,
    zones: details.zones.map(({ name }) => name),
    entries: details.entries.length,
    findings: countLevels(findings),
    ...(change !== undefined && { change }),
    packed: pack(details),
  };
}

function entryReport(entry: Entry, counters: HostAdditions["counters"]): EntryReport {
  const counter = counters?.get(entry.origin.path);
  return {
    words: entryInWords(entry),
    action: entry.kind === "forward" ? "forward" : entry.action,
    from: endpointInWords(entry.from),
    to:
      entry.kind === "forward"
        ? [entry.target.v4, entry.target.v6].filter(Boolean).join(", ")
        : endpointInWords(entry.to),
    place: printOrigin(entry.origin),
    path: entry.origin.path,
    ...(counter !== undefined && { counter }),
  };
}

function countLevels(findings: readonly FindingReport[]): Record<Level, number> {
  const count = (wanted: Level) =>
    findings.filter(({ level, silenced }) => level === wanted && silenced === undefined).length;
  return { error: count("error"), warning: count("warning"), note: count("note") };
}
