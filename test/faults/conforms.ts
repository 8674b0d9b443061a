import { explore } from "./explore";
import type { Step } from "./hook";
import type { State } from "./model";

/** What can be seen of a state on a real host between two commands. */
type Seen = `${string} ${"old" | "new"}`;

const seenOf = ({ phase, committed }: State): Seen => `${phase || "none"} ${committed}`;

let reachable: Map<Seen, Set<Seen>> | undefined;

/** What the model allows to be seen after what, however much later. */
function allowed(): Map<Seen, Set<Seen>> {
  if (reachable !== undefined) return reachable;
  const found = new Map<Seen, Set<Seen>>();
  for (const { state, next } of explore().values()) {
    const after = found.get(seenOf(state)) ?? new Set([seenOf(state)]);
    for (const { to } of next) after.add(seenOf(to));
    found.set(seenOf(state), after);
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const after of found.values()) {
      const before = after.size;
      for (const one of [...after]) for (const further of found.get(one) ?? []) after.add(further);
      grown ||= after.size > before;
    }
  }
  return (reachable = found);
}

/** What a program of the runtime saw that the model does not know; nothing where all of it is the model's. */
export function outsideModel(steps: readonly Step[], before: string): string[] {
  const model = allowed();
  const last = new Map<string, Seen>();
  const odd = new Set<string>();
  for (const { role, phase, committed } of steps) {
    const seen: Seen = `${phase} ${committed === before ? "old" : "new"}`;
    const earlier = last.get(role);
    last.set(role, seen);
    if (!model.has(seen)) odd.add(`${role} was in a state that the model does not have: ${seen}`);
    // The two timers write into one trace, and not always in the order in which they looked.
    else if (role !== "timer" && earlier !== undefined && model.get(earlier)?.has(seen) !== true)
      odd.add(`${role} went from ${earlier} to ${seen}`);
  }
  return [...odd];
}
