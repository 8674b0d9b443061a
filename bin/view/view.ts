import type { Outcome } from "../../lib/deploy/outcome";
import type { RolloutEvent } from "../../lib/deploy/rollout";
import { jsonLines } from "./json-lines";
import { printedLines } from "./printed-lines";
import { redrawnScreen } from "./redrawn-screen";

/** What shows a deployment while it runs, and what became of it. */
export interface View {
  onEvent(event: RolloutEvent): void;
  /** The user asked to stop, and hosts at work are still brought to their end. */
  onInterrupt(): void;
  end(outcomes: readonly Outcome[]): void;
}

/** The whole fleet on one screen of a terminal; elsewhere a line for what has ended; or an event a line in JSON. */
export function viewOf(hosts: readonly string[], json: boolean, stream: NodeJS.WriteStream = process.stdout): View {
  if (json) return jsonLines(stream);
  return stream.isTTY ? redrawnScreen(hosts, stream) : printedLines(hosts, stream);
}
