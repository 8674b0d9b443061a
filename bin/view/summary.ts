import type { Ending, Outcome } from "../../lib/deploy/outcome";
import { colour } from "../colour";

export const COLOUR: Readonly<Record<Ending, (text: string) => string>> = {
  committed: colour.green,
  unchanged: colour.dim,
  "rolled-back": colour.yellow,
  "safe-rules": colour.red,
  failed: colour.red,
  "not-begun": colour.dim,
  unknown: colour.red,
};

/** The worst first. */
const ORDER: readonly Ending[] = [
  "safe-rules",
  "unknown",
  "rolled-back",
  "failed",
  "not-begun",
  "committed",
  "unchanged",
];

/** `web-1  committed    generation 0123456789abcdef  0.4 s`, and below it what went wrong. */
export function outcomeLines(
  { host, outcome, generation, seconds, error, notes = [], warnings = [] }: Outcome,
  width: number,
): string[] {
  const words = COLOUR[outcome](outcome.padEnd(11));
  const time = outcome === "not-begun" ? "" : `  ${seconds.toFixed(1)} s`;
  const line = `${host.padEnd(width)}  ${words}  generation ${generation}${time}`;
  const below = [
    ...(error === undefined ? [] : [error.message]),
    ...notes,
    ...warnings.map(({ message }) => colour.yellow(message)),
  ];
  return [line, ...below.map((words) => `${" ".repeat(width + 2)}${words}`)];
}

export function countsOf(outcomes: readonly Outcome[]): [Ending, number][] {
  return ORDER.map((ending): [Ending, number] => [
    ending,
    outcomes.filter(({ outcome }) => outcome === ending).length,
  ]).filter(([, count]) => count > 0);
}

/** How many hosts ended how, and what to do about each that did not end well. */
export function summary(outcomes: readonly Outcome[], seconds: number): string[] {
  const counts = countsOf(outcomes)
    .map(([ending, count]) => `${count} ${ending}`)
    .join(", ");
  const head = outcomes.length === 1 ? [] : [`${outcomes.length} hosts in ${duration(seconds)}: ${counts || "none"}`];
  return [...head, ...cures(outcomes), ...warnings(outcomes)];
}

/** Failures with the same cure stand together: a mistake of the policy is made on every host. */
function cures(outcomes: readonly Outcome[]): string[] {
  const groups = new Map<string, Outcome[]>();
  for (const one of outcomes) {
    if (one.error === undefined) continue;
    const key = `${one.outcome} ${one.error.code} ${one.error.help ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const failures = [...groups.values()].sort((a, b) => rank(a) - rank(b));
  const left = outcomes.filter(({ outcome }) => outcome === "not-begun").length;
  return [
    ...failures.flatMap((some) => cure(some, outcomes.length)),
    ...(left === 0
      ? []
      : [
          "",
          `${left} ${left === 1 ? "host was" : "hosts were"} not begun, since the rollout stopped.`,
          "  Deploy again when the cause is mended: hosts that have their rules already are passed over.",
        ]),
  ];
}

/** What hosts warn of, each once: it is told below every host. */
function warnings(outcomes: readonly Outcome[]): string[] {
  const cureOf = new Map(outcomes.flatMap(({ warnings = [] }) => warnings.map(({ message, help }) => [message, help])));
  return [...cureOf].flatMap(([message, help]) => ["", colour.yellow(message), `  ${help}`]);
}

const rank = ([first]: readonly Outcome[]): number => ORDER.indexOf(first?.outcome ?? "unknown");

function cure(some: readonly Outcome[], of: number): string[] {
  const [first] = some;
  if (first?.error === undefined) return [];
  const help = first.error.help === undefined ? [] : [`  ${first.error.help}`];
  if (of === 1) return help;
  const names = some.map(({ host }) => host).join(", ");
  return ["", `${COLOUR[first.outcome](first.outcome)}  ${names}: ${first.error.message}`, ...help];
}

/** `0.4 s`, `12 s`, `3 min 20 s` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
