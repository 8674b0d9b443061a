import type { Done } from "./campaign";
import { FAULTS, type FaultName } from "./faults";
import type { Trouble } from "./inject";

const COLUMNS: readonly (readonly [Trouble, string])[] = [
  ["open", "open"],
  ["locked out", "locked out"],
  ["half", "half"],
  ["disagreement", "disagree"],
  ["stuck", "stuck"],
  ["foreign rules", "others' rules"],
  ["outside the model", "not the model's"],
];

/** A line a fault: how often it was made, how the host ended, and every kind of trouble counted. */
export function table(done: readonly Done[]): string {
  const fired = done.filter(({ verdict }) => verdict.fired);
  const head = ["fault", "times", "old stands", "new stands", "nothing", ...COLUMNS.map(([, title]) => title)];
  const rows = (Object.keys(FAULTS) as FaultName[]).flatMap((name) => {
    const mine = fired.filter(({ injection }) => injection.fault === name);
    return mine.length === 0 ? [] : [[FAULTS[name].words, ...figures(mine)]];
  });
  const lines = [head, ...rows, ["all", ...figures(fired)]];
  const widths = head.map((_title, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  const steps = done.reduce((sum, { verdict }) => sum + verdict.steps.length, 0);
  return [
    ...text,
    `${steps} steps of the runtime were held against the model`,
    `${done.length - fired.length} more ended before their point was reached`,
  ].join("\n");
}

function figures(done: readonly Done[]): string[] {
  const stands = ["old", "new", "nothing"].map((what) => done.filter(({ verdict }) => verdict.stands === what).length);
  const troubles = COLUMNS.map(
    ([kind]) => done.filter(({ verdict }) => verdict.troubles.some((trouble) => trouble.kind === kind)).length,
  );
  return [done.length, ...stands, ...troubles].map(String);
}
