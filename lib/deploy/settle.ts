import type { UserError } from "../model/user-error";
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

const ENDINGS: Readonly<Record<string, Ending>> = {
  committed: "committed",
  "rolled-back": "rolled-back",
  "safe-rules": "safe-rules",
  // Never armed: no rule was touched.
  unknown: "failed",
};

/**
 * Asks the host to confirm or to roll back one change. Both may be asked again and again: a change that has ended
 * already answers with how it ended, and the host alone decides.
 */
export async function settle(connection: Connection, wish: "confirm" | "rollback", nonce: string): Promise<Settled> {
  const reply = await call(connection, wish, [nonce]);
  const result = told(reply, "result");
  if (result !== undefined) return { ending: ENDINGS[result] ?? "unknown" };
  const error = errorOf(reply);
  const [code, outcome] = (told(reply, "error") ?? "").split(" ");
  if (code === "not-pending") {
    const ending = ENDINGS[outcome ?? ""] ?? "unknown";
    return ending === "committed" || error === undefined ? { ending } : { ending, error };
  }
  // A disk that is full at the moment of the confirm: the host has rolled back, or its timer will.
  return { ending: "unknown", ...(error && { error }) };
}
