import type { Cost } from "./cost";
import { inSeconds } from "./figures";

const COLUMNS = ["seconds", "cpu", "deployerCpu"] as const;

export function head(label: string): void {
  row(label, ["time", "CPU of all", "of deployer"]);
}

export function tell(label: string, cost: Cost): Cost {
  row(
    label,
    COLUMNS.map((column) => inSeconds(cost[column])),
  );
  return cost;
}

export function compare(label: string, one: Cost, other: Cost): void {
  row(
    label,
    COLUMNS.map((column) => `${(one[column] / other[column]).toFixed(1)} x`),
  );
}

function row(label: string, figures: readonly string[]): void {
  console.log(`  ${label.padEnd(68)}${figures.map((figure) => figure.padStart(13)).join("")}`);
}
