import { readFileSync } from "node:fs";
import { UserError } from "../model/user-error";
import type { Counter } from "./data";

/** By host, and by the construct path of an entry. */
export type Counters = ReadonlyMap<string, ReadonlyMap<string, Counter>>;

/**
 * What `cdkfw stats --json` has printed. Hosts that could not be asked have no counters.
 * @throws UserError `no-counters`
 */
export function readCounters(file: string): Counters {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refused(file, (error as Error).message);
  }
  if (!Array.isArray(given)) throw refused(file, "it is no list of hosts");
  return new Map(given.map((report) => countersOf(report, file)));
}

function countersOf(report: unknown, file: string): [string, ReadonlyMap<string, Counter>] {
  const { host, entries = [] } = (report ?? {}) as { host?: unknown; entries?: unknown };
  if (typeof host !== "string" || !Array.isArray(entries)) throw refused(file, "it is no list of hosts");
  return [host, new Map(entries.map((entry) => counterOf(entry, file)))];
}

function counterOf(entry: unknown, file: string): [string, Counter] {
  const { path, packets, bytes, with: others } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof path !== "string" || typeof packets !== "number" || typeof bytes !== "number") {
    throw refused(file, `a rule of it has no counter: ${JSON.stringify(entry)}`);
  }
  return [path, { packets, bytes, ...(Array.isArray(others) && { shared: others.length + 1 }) }];
}

function refused(file: string, why: string): UserError {
  return new UserError(
    "no-counters",
    `\`${file}\` holds no counters: ${why}`,
    `Write it by \`cdkfw stats --json >${file}\`.`,
  );
}
