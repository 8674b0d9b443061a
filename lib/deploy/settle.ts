import { UserError } from "../model/user-error";
import type { Connection } from "../remote";
import { call } from "./call";
import { errorOf } from "./host-errors";
import type { Ending } from "./outcome";
import { told } from "./protocol";

/** How a change ended, and why where that is not what was asked for. */
export interface Settled {
  readonly ending: Ending;
  readonly error?: UserError;
}

/** The runtime's words for how a change ended. */
const ENDINGS: ReadonlyMap<string, Ending> = new Map([
  ["committed", "committed"],
  ["rolled-back", "rolled-back"],
  ["safe-rules", "safe-rules"],
  // Never armed, and never will be: the host remembers that it was asked. No rule was touched.
  ["unknown", "failed"],
]);

export function endingOf(word: string): Ending {
  return ENDINGS.get(word) ?? "unknown";
}

/**
 * Asks the host to confirm or to roll back one change. Both may be asked again and again: a change that has ended
 * already answers with how it ended, and the host alone decides.
 */
export async function settle(connection: Connection, wish: "confirm" | "rollback", nonce: string): Promise<Settled> {
  const reply = await call(connection, wish, [nonce]);
  const result = told(reply, "result");
  const error = errorOf(reply);
  if (result !== undefined) return { ending: endingOf(result), ...(error && { error }) };
  // It has no runtime, which comes before the first rule.
  if (told(reply, "state") === "none") return { ending: "failed", error: neverBegun() };
  const [code, outcome] = (told(reply, "error") ?? "").split(" ");
  if (code === "not-pending") {
    const ending = endingOf(outcome ?? "");
    return ending === "committed" || error === undefined ? { ending } : { ending, error };
  }
  // The host is busy, or could not even go back, and goes on trying.
  return { ending: "unknown", ...(error && { error }) };
}

function neverBegun(): UserError {
  return new UserError("never-begun", "the host has not begun the change", "Nothing was changed. Deploy again.");
}
