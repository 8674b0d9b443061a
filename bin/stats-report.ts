import type { Bundle } from "../lib/bundle/format";
import { compile } from "../lib/compile/compile";
import type { Rule } from "../lib/compile/ruleset";
import type { HostCounters } from "../lib/deploy/counters";
import { printOrigin } from "../lib/model/origin";
import type { Entry, HostPolicy } from "../lib/model/policy";
import { entryInWords } from "../lib/model/words";
import { commentReader, unquoted } from "../lib/render/comment";
import { decidesIn } from "../lib/render/deciding-chains";
import type { Metric } from "./prometheus";

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** What was counted for one entry. */
export interface EntryCount extends Count {
  readonly words: string;
  readonly path: string;
  /** Where it is declared; not known of an entry that the bundle does not have. */
  readonly place?: string;
  /** The paths of others that the kernel has no counter of their own for: the number is that of all of them. */
  readonly with?: readonly string[];
}

export interface StatsReport {
  readonly host: string;
  /** What is committed; null for nothing. */
  readonly generation: string | null;
  /** In the policy's order. */
  readonly entries: readonly EntryCount[];
  /** What the language itself decided: established connections, what nothing accepted. */
  readonly implicit: readonly (Count & { readonly reason: string })[];
}

export function statsReport(
  { manifest }: Bundle,
  policy: HostPolicy,
  { generation, counts }: HostCounters,
): StatsReport {
  // Of another generation nobody knows here which entries were merged to which rules.
  const merged = generation === manifest.generation ? mergedRules(policy) : [];
  const read = commentReader(policy, merged.filter(isList));
  const inSets = new Set(merged.filter((rule) => !isList(rule)).map(({ origin }) => reasonOf(origin)));
  const sums = new Sums();
  for (const { where, comment, ...count } of counts) {
    if (where !== "set" && !decidesIn(where, manifest.backend)) continue;
    const meant = read(unquoted(comment));
    if (meant.kind === "entries") sums.ofEntries(meant.entries, count);
    else if (meant.kind === "other") sums.ofOther(meant, count);
    else if (!inSets.has(meant.reason)) sums.ofLanguage(meant.reason, count);
  }
  const current = generation === manifest.generation ? policy.entries : [];
  return { host: manifest.host, generation, ...sums.told(current) };
}

function mergedRules(policy: HostPolicy): Rule[] {
  return compile(policy).chains.flatMap(({ rules }) => rules.filter(({ entries }) => entries !== undefined));
}

/** A rule for all ports of a list of addresses; the other kind has a set that counts by itself. */
const isList = ({ matches }: Rule): boolean => matches[0]?.kind !== "pairs";
const reasonOf = (origin: Rule["origin"]): string => (origin.kind === "implicit" ? origin.reason : "");

interface Sum extends Count {
  readonly with: readonly string[];
}

const NOTHING: Sum = { packets: 0, bytes: 0, with: [] };

class Sums {
  readonly #entries = new Map<Entry, Sum>();
  readonly #others = new Map<string, EntryCount>();
  readonly #language = new Map<string, Count>();

  ofEntries(entries: readonly Entry[], count: Count): void {
    for (const entry of entries) {
      const before = this.#entries.get(entry) ?? NOTHING;
      const others = entries.filter((other) => other !== entry).map(({ origin }) => origin.path);
      this.#entries.set(entry, { ...plus(before, count), with: [...new Set([...before.with, ...others])] });
    }
  }

  ofOther({ words, path = "" }: { readonly words: string; readonly path?: string }, count: Count): void {
    const key = `${path} ${words}`;
    this.#others.set(key, { words, path, ...plus(this.#others.get(key) ?? NOTHING, count) });
  }

  ofLanguage(reason: string, count: Count): void {
    this.#language.set(reason, plus(this.#language.get(reason) ?? NOTHING, count));
  }

  /** The policy's entries that stand, be they counted or not, and whatever else was. */
  told(standing: readonly Entry[]): Pick<StatsReport, "entries" | "implicit"> {
    const entries = [...new Set([...standing, ...this.#entries.keys()])].map((entry): EntryCount => {
      const { packets, bytes, with: others } = this.#entries.get(entry) ?? NOTHING;
      const { origin } = entry;
      const facts = {
        words: entryInWords(entry).replace(/ {2,}/g, " "),
        path: origin.path,
        place: printOrigin(origin),
      };
      return { ...facts, packets, bytes, ...(others.length > 0 && { with: others }) };
    });
    return {
      entries: [...entries, ...this.#others.values()],
      implicit: [...this.#language].map(([reason, count]) => ({ reason, ...count })),
    };
  }
}

function plus(one: Count, other: Count): Count {
  return { packets: one.packets + other.packets, bytes: one.bytes + other.bytes };
}

/** Counters begin anew with every generation that is loaded, as Prometheus' `rate` expects of counters. */
export function statsMetrics(reports: readonly StatsReport[]): Metric[] {
  const samples = (unit: keyof Count) =>
    reports.flatMap(({ host, entries, implicit }) => [
      ...entries.filter(isFirst).map((entry) => ({ labels: { host, path: entry.path, rule: ruleLabel(entry) }, value: entry[unit] })), // prettier-ignore
      ...implicit.map((one) => ({ labels: { host, path: "", rule: `cdkfw: ${one.reason}` }, value: one[unit] })),
    ]);
  return (["packets", "bytes"] as const).map((unit) => ({
    name: `cdkfw_rule_${unit}_total`,
    type: "counter",
    help: `${unit === "packets" ? "Packets" : "Bytes"} that a rule has decided about since it was loaded.`,
    samples: samples(unit),
  }));
}

/** Entries that share a counter are one sample, so that sums are right. */
function isFirst({ path, with: others = [] }: EntryCount, _at: number, all: readonly EntryCount[]): boolean {
  if (others.length === 0) return true;
  const group = new Set([path, ...others]);
  return all.find((one) => group.has(one.path))?.path === path;
}

const ruleLabel = ({ words, with: others = [] }: EntryCount): string =>
  others.length === 0 ? words : `${words} and ${others.length} more`;
