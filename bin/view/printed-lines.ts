import { duration, outcomeLines, summary } from "./summary";
import type { View } from "./view";

/** For logs: a line when a wave begins, when a host has ended, and when the rollout pauses or stops. */
export function printedLines(hosts: readonly string[], stream: NodeJS.WritableStream): View {
  const width = Math.max(0, ...hosts.map((host) => host.length));
  const began = performance.now();
  const print = (...lines: string[]): void => void stream.write(lines.map((line) => `${line}\n`).join(""));
  return {
    onEvent: (event) => {
      switch (event.event) {
        case "wave":
          if (event.of > 1) print(waveInWords(event));
          return;
        case "host":
          print(...outcomeLines(event, width));
          return;
        case "pause":
          print(`pause of ${duration(event.seconds)}`);
          return;
        case "stop":
          print(stopInWords(event.why));
          return;
        case "step":
        case "proven":
          return;
      }
    },
    onInterrupt: () => print(INTERRUPTED),
    end: (outcomes) => print(...summary(outcomes, (performance.now() - began) / 1000)),
  };
}

export const INTERRUPTED =
  "No further host is begun; those at work come to their end. Once more, and they are left to their own timers.";

export function waveInWords({ wave, of, label, hosts }: { wave: number; of: number; label?: string; hosts: readonly string[] }): string {
  const name = label === undefined ? "" : ` (${label})`;
  return `wave ${wave} of ${of}${name}: ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`;
} // prettier-ignore

export function stopInWords(why: { kind: "failures"; hosts: readonly string[] } | { kind: "interrupted" }): string {
  switch (why.kind) {
    case "failures":
      return `the rollout stops: ${why.hosts.join(", ")} failed`;
    case "interrupted":
      return "the rollout stops: it was interrupted";
  }
}
