import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface FleetOptions {
  /** How many hosts the fleets have that are measured. */
  readonly sizes: readonly number[];
  /** How many hosts are deployed at a time, in rising order. */
  readonly parallel: readonly number[];
  readonly ansible: boolean;
}

export function readOptions(): FleetOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "no-ansible": { type: "boolean" }, parallel: { type: "string" } },
  });
  const parallel = values.parallel?.split(",").map((word) => whole(word, "--parallel"));
  return {
    sizes: positionals.length > 0 ? positionals.map((word) => whole(word, "SIZE")) : [50, 100],
    parallel: [...new Set(parallel ?? [availableParallelism(), 10])].sort((a, b) => a - b),
    ansible: values["no-ansible"] !== true,
  };
}

function whole(word: string, option: string): number {
  const number = /^\d+$/.test(word) ? Number(word) : 0;
  if (number >= 1 && number <= 1000) return number;
  throw new Error(`${option}: ${JSON.stringify(word)} is no number of hosts: allowed are 1 to 1000`);
}
