import { START, transitions, type State, type Transition } from "./model";

/** A state and what leads on from it. */
export interface Place {
  readonly state: State;
  readonly next: readonly Transition[];
}

/** All states that the handshake can come to, whatever happens when. */
export function explore(): ReadonlyMap<string, Place> {
  const seen = new Map<string, Place>();
  const queue = [START];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    const next = transitions(state);
    seen.set(key, { state, next });
    queue.push(...next.map(({ to }) => to));
  }
  return seen;
}
