import type { Entry } from "../model/policy";
import type { Match } from "./ruleset";
import { setName } from "./names";

/** Who it is from and to, beside the lists of addresses: told before any port is looked at. */
export function exceptMatches({ exceptSource, exceptDestination }: Entry): Match[] {
  return [
    ...(exceptSource === undefined ? [] : [except("source", exceptSource)]),
    ...(exceptDestination === undefined ? [] : [except("destination", exceptDestination)]),
  ];
}

/** What holds for packets and moments, not for rates: a port forward asks it twice. */
export function timelessMatches({ expires, raw }: Entry): Match[] {
  return [
    ...(expires === undefined ? [] : [{ kind: "before", moment: expires } as const]),
    ...(raw === undefined ? [] : [{ kind: "raw", raw } as const]),
  ];
}

/** Counts come last: only what fits in every other way is counted, and once. `index` is the entry's, from 0. */
export function countingMatches({ limit, connections }: Entry, index: number): Match[] {
  const matches: Match[] = [];
  if (connections !== undefined) matches.push({ kind: "connections", name: `open-${index}`, ...connections });
  if (limit !== undefined) {
    const { count, per, burst, perSource } = limit;
    matches.push({ kind: "limit", name: `rate-${index}`, rate: { count, per }, burst, perSource });
  }
  return matches;
}

function except(side: "source" | "destination", names: readonly string[]): Match {
  return { kind: "address", side, set: setName(names), except: true };
}
