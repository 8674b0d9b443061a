import type { HostWarning } from "./host-warnings";

/** How one host's deployment ended. */
export type Ending =
  /** The new generation stands, and boots. */
  | "committed"
  /** It stood already. */
  | "unchanged"
  /** What stood before stands again. */
  | "rolled-back"
  /** Neither could be loaded: all is closed but SSH. */
  | "safe-rules"
  /** Nothing was changed. */
  | "failed"
  /** The rollout had stopped before it was this host's turn. */
  | "not-begun"
  /** The host could not be asked: its timer brings back what stood before. */
  | "unknown";

export interface Outcome {
  readonly host: string;
  readonly generation: string;
  readonly outcome: Ending;
  /** What went wrong, where something did. */
  readonly error?: { readonly code: string; readonly message: string; readonly help?: string };
  /** What needs no cure: what was expected and could not be asked, and what the host remarks on. */
  readonly notes?: readonly string[];
  /** What the host warns of; it stops nothing. */
  readonly warnings?: readonly HostWarning[];
  /** From the first packet to the last, in seconds. */
  readonly seconds: number;
}

/** The steps of the handshake, in their order; the last one only where a proof is missing. */
export const STEPS = ["connect", "check", "lock", "stage", "arm", "apply", "prove", "confirm", "rollback"] as const;

export type Step = (typeof STEPS)[number];

/** The exit code of a command over several hosts: 3 where any was rolled back, 1 where any failed, else 0. */
export function exitCode(outcomes: readonly Outcome[]): 0 | 1 | 3 {
  const endings = new Set(outcomes.map(({ outcome }) => outcome));
  if (endings.has("rolled-back") || endings.has("safe-rules")) return 3;
  return endings.has("failed") || endings.has("unknown") || endings.has("not-begun") ? 1 : 0;
}
