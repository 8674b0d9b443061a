import { colour } from "../colour";
import type { AtWork, FleetState } from "./fleet-state";
import { COLOUR, duration } from "./summary";

/** The room that a terminal gives. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

type Paint = (text: string) => string;
type Line = readonly (readonly [text: string, paint?: Paint])[];

/**
 * The fleet on one screen, however many hosts it has: no more lines than there is room for, and none longer.
 *
 *     12 of 40 hosts  ████████░░░░░░░░░░░░░░░  1 rolled-back  23 s
 *     wave 2 of 5: 10 hosts
 *     web-3   rolled-back  with the new rules in place no new SSH conn…
 *     web-7   apply        1 s
 *     web-8   prove        0 s
 */
export function frame(state: FleetState, room: Room, now: number): string[] {
  const head = [headLine(state, room, now), ...(state.headline === "" ? [] : [[[state.headline] as const]])];
  // The last row stays free: a terminal scrolls when it is written to.
  const free = Math.max(1, room.rows - 1 - head.length);
  const failures = withRest(state.failures, Math.max(1, Math.floor(free / 2)), "failed", ({ host, outcome, error }) => [
    [`${host.padEnd(nameWidth(state))}  `],
    [outcome.padEnd(11), COLOUR[outcome]],
    [`  ${error?.message ?? ""}`],
  ]);
  const slowestFirst = [...state.atWork.values()].sort((a, b) => a.since - b.since);
  const atWork = withRest(slowestFirst, Math.max(1, free - failures.length), "at work", (one) => workLine(one, state, now));
  return [...head, ...failures, ...atWork].slice(0, Math.max(1, room.rows - 1)).map((line) => fit(line, room.columns));
} // prettier-ignore

function headLine(state: FleetState, room: Room, now: number): Line {
  const done = [...state.ended.values()].reduce((sum, count) => sum + count, 0);
  const bad = [...state.ended].filter(([ending]) => ending !== "committed" && ending !== "unchanged");
  const width = Math.min(24, Math.max(0, room.columns - 50));
  const full = state.hosts === 0 ? 0 : Math.round((done / state.hosts) * width);
  return [
    [`${done} of ${state.hosts} ${state.hosts === 1 ? "host" : "hosts"}  `],
    ["█".repeat(full), colour.green],
    ["░".repeat(width - full), colour.dim],
    ...bad.map(([ending, count]) => [`  ${count} ${ending}`, COLOUR[ending]] as const),
    [`  ${duration(Math.round((now - state.began) / 1000))}`, colour.dim],
  ];
}

function workLine({ host, step, since }: AtWork, state: FleetState, now: number): Line {
  const seconds = Math.floor((now - since) / 1000);
  return [
    [`${host.padEnd(nameWidth(state))}  `],
    [step.padEnd(11), colour.cyan],
    [`  ${seconds === 0 ? "" : duration(seconds)}`, colour.dim],
  ];
}

function nameWidth({ atWork, failures }: FleetState): number {
  return Math.min(30, Math.max(0, ...[...atWork.keys(), ...failures.map(({ host }) => host)].map((n) => n.length)));
}

function withRest<T>(items: readonly T[], most: number, what: string, inWords: (item: T) => Line): Line[] {
  if (items.length <= most) return items.map(inWords);
  const shown = items.slice(0, most - 1);
  return [...shown.map(inWords), [[`… and ${items.length - shown.length} more ${what}`, colour.dim]]];
}

/** Cut to the width before it is painted: a line that wraps would break the redrawing. */
function fit(line: Line, columns: number): string {
  let left = columns - 1;
  return line
    .map(([text, paint = (plain: string) => plain]) => {
      const cut = text.length <= left ? text : `${text.slice(0, Math.max(0, left - 1))}${left > 0 ? "…" : ""}`;
      left = Math.max(0, left - text.length);
      return cut === "" ? "" : paint(cut);
    })
    .join("");
}
