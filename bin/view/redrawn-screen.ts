import { after, newState } from "./fleet-state";
import { frame } from "./frame";
import { INTERRUPTED } from "./printed-lines";
import { outcomeLines, summary } from "./summary";
import type { View } from "./view";

const REDRAW_MS = 200;

/** Fleets up to this size are listed whole at the end; of larger ones, those hosts that did not end well. */
const LISTED = 40;

/** The fleet on one screen, redrawn in place; at the end it gives way to the outcomes, which stay. */
export function redrawnScreen(hosts: readonly string[], stream: NodeJS.WriteStream): View {
  let state = newState(hosts.length, performance.now());
  let drawn = 0;
  const draw = (lines: readonly string[]): void => {
    const back = drawn === 0 ? "" : `\u001b[${drawn}A\r`;
    // Each line clears what is left of the one before; then all below.
    stream.write(`${back}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    drawn = lines.length;
  };
  const redraw = (): void => draw(frame(state, { columns: stream.columns || 80, rows: stream.rows || 24 }, performance.now()));
  const timer = setInterval(redraw, REDRAW_MS);
  timer.unref();
  return {
    onEvent: (event) => {
      state = after(state, event, performance.now());
    },
    onInterrupt: () => {
      draw([]);
      stream.write(`${INTERRUPTED}\n`);
    },
    end: (outcomes) => {
      clearInterval(timer);
      const width = Math.max(0, ...hosts.map((host) => host.length));
      const listed = outcomes.length <= LISTED ? outcomes : outcomes.filter(({ error }) => error !== undefined);
      draw([]);
      const lines = [
        ...listed.flatMap((outcome) => outcomeLines(outcome, width)),
        ...summary(outcomes, (performance.now() - state.began) / 1000),
      ];
      stream.write(lines.map((line) => `${line}\n`).join(""));
    },
  };
} // prettier-ignore
