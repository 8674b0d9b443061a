import type { Ending, Outcome, Step } from "../../lib/deploy/outcome";
import type { RolloutEvent } from "../../lib/deploy/rollout";
import { stopInWords, waveInWords } from "./printed-lines";

/** A host that is at work. */
export interface AtWork {
  readonly host: string;
  readonly step: Step | "proven";
  /** When the step began, in the clock of `now`. */
  readonly since: number;
}

/** A rollout as a screen shows it. */
export interface FleetState {
  readonly hosts: number;
  readonly began: number;
  /** `wave 2 of 5 (canary): 10 hosts`; the pause or the stop that follows it. */
  readonly headline: string;
  readonly atWork: ReadonlyMap<string, AtWork>;
  readonly ended: ReadonlyMap<Ending, number>;
  readonly failures: readonly Outcome[];
}

export function newState(hosts: number, now: number): FleetState {
  return { hosts, began: now, headline: "", atWork: new Map(), ended: new Map(), failures: [] };
}

/** The state after an event. Failures that happened last come first. */
export function after(state: FleetState, event: RolloutEvent, now: number): FleetState {
  switch (event.event) {
    case "wave":
      return { ...state, headline: event.of > 1 ? waveInWords(event) : "" };
    case "pause":
      return { ...state, headline: `pause of ${event.seconds} s` };
    case "stop":
      return { ...state, headline: stopInWords(event.why) };
    case "step":
    case "proven": {
      const step = event.event === "step" ? event.step : "proven";
      return { ...state, atWork: new Map(state.atWork).set(event.host, { host: event.host, step, since: now }) };
    }
    case "host": {
      const atWork = new Map(state.atWork);
      atWork.delete(event.host);
      const ended = new Map(state.ended).set(event.outcome, (state.ended.get(event.outcome) ?? 0) + 1);
      const failures = event.error === undefined ? state.failures : [event, ...state.failures];
      return { ...state, atWork, ended, failures };
    }
  }
}
