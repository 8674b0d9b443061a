import { exitCode } from "../../lib/deploy/outcome";
import { countsOf } from "./summary";
import type { View } from "./view";

/** One JSON document on each line: the events as they come, and `end` as the last one. */
export function jsonLines(stream: NodeJS.WritableStream): View {
  const write = (event: object): void => void stream.write(`${JSON.stringify(event)}\n`);
  const began = performance.now();
  return {
    onEvent: write,
    onInterrupt: () => undefined,
    end: (outcomes) =>
      write({
        event: "end",
        hosts: outcomes.length,
        outcomes: Object.fromEntries(countsOf(outcomes)),
        seconds: Math.round(performance.now() - began) / 1000,
        exit: exitCode(outcomes),
      }),
  };
}
