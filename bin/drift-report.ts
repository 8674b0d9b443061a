import type { Bundle } from "../lib/bundle/format";
import type { RuleDrift } from "../lib/deploy/drift/block";
import type { HostDrift } from "../lib/deploy/drift/drift";
import type { Stranger } from "../lib/deploy/drift/stranger";
import type { HostWarning } from "../lib/deploy/host-warnings";
import { printOrigin } from "../lib/model/origin";
import type { Entry, HostPolicy } from "../lib/model/policy";
import { commentOf, commentReader, type Declared } from "../lib/render/comment";
import { compareLines } from "./compare-lines";
import type { Metric } from "./prometheus";

/** A rule that differs, with the words and the place of the entry that declared it, where one did. */
export interface DeclaredDrift extends RuleDrift {
  readonly words?: string;
  readonly path?: string;
  readonly place?: string;
}

export interface DriftReport {
  readonly host: string;
  /** What the synth wants to stand. */
  readonly wanted: string;
  /** What is committed; null for nothing. */
  readonly generation: string | null;
  readonly state: HostDrift["state"];
  readonly different: boolean;
  /** The kernel's rules against the committed ones; absent where they are the same. */
  readonly rules?: readonly DeclaredDrift[];
  readonly strangers: readonly Stranger[];
  /** The committed policy against the synthesized one: `- …` is to go, `+ …` is to come. */
  readonly policy: readonly string[];
  readonly altered?: true;
  readonly unbooted?: string;
  readonly safe?: true;
  readonly warnings: readonly HostWarning[];
}

export function driftReport({ manifest, texts }: Bundle, policy: HostPolicy, drift: HostDrift): DriftReport {
  const { host, generation: wanted } = manifest;
  const { lines, rules, ...found } = drift;
  const { strangers, altered, unbooted, safe, warnings, generation } = found;
  const signs = [rules, altered, unbooted, safe, strangers[0], warnings[0]];
  const read = commentReader(policy);
  return {
    host,
    wanted,
    different: generation !== wanted || signs.some((sign) => sign !== undefined),
    ...found,
    ...(rules !== undefined && { rules: rules.map((rule) => ({ ...rule, ...declared(rule, read) })) }),
    policy: generation === wanted ? [] : changes(lines, texts["policy.txt"] ?? ""),
  };
}

function declared({ text }: RuleDrift, read: (comment: string) => Declared): Omit<DeclaredDrift, keyof RuleDrift> {
  const comment = commentOf(text);
  if (comment === undefined) return {};
  const meant = read(comment);
  switch (meant.kind) {
    case "implicit":
      return { words: `the language itself: ${meant.reason}` };
    case "other":
      return { words: meant.words, ...(meant.path !== undefined && { path: meant.path }) };
    case "entries": {
      const [first] = meant.entries;
      const words = comment.replace(/ \[[^\]]*\]$/, "");
      return { words, ...(first && { path: first.origin.path }), place: meant.entries.map(placeOf).join(" or ") };
    }
  }
}

const placeOf = ({ origin }: Entry): string => printOrigin(origin);

function changes(stands: readonly string[], wanted: string): string[] {
  const lines = wanted.split("\n").filter((line) => line !== "");
  return compareLines(stands, lines).filter((line) => !line.startsWith(" "));
}

/** How much differs, by kind, so that an alert says at what to look. */
export function driftMetrics(reports: readonly DriftReport[]): Metric[] {
  const counts = ({
    rules,
    strangers,
    policy,
    wanted,
    generation,
    altered,
    unbooted,
    safe,
    warnings,
  }: DriftReport) => ({
    kernel: rules === undefined ? 0 : Math.max(1, rules.length),
    strangers: strangers.length + warnings.length,
    policy: wanted === generation ? 0 : Math.max(1, policy.length),
    boot: Number(altered === true) + Number(unbooted !== undefined),
    safe: Number(safe === true),
  });
  return [
    {
      name: "cdkfw_drift",
      type: "gauge",
      help: "Differences by kind; 0 where the host is as it is declared.",
      samples: reports.flatMap((report) =>
        Object.entries(counts(report)).map(([kind, value]) => ({ labels: { host: report.host, kind }, value })),
      ),
    },
    {
      name: "cdkfw_change_pending",
      type: "gauge",
      help: "Whether a change is under way on the host.",
      samples: reports.map(({ host, state }) => ({ labels: { host }, value: Number(state === "pending") })),
    },
  ];
}
