import { UserError } from "../../model/user-error";
import type { Connection } from "../../remote";
import { call } from "../call";
import { errorOf } from "../host-errors";
import { told } from "../protocol";
import type { StartStep } from "./start-order";

export interface StartOptions {
  /** Pauses each as soon as it runs, until its rules stand. */
  readonly paused: boolean;
  /** Told of each before its turn. */
  readonly onStep?: (step: StartStep) => void;
}

/**
 * Starts containers one after the other, each when the rules of those before it stand. One that fails is the last.
 * @throws UserError `no-rules`, `not-started`, `rules-late`, …
 */
export async function startContainers(
  connection: Connection,
  steps: readonly StartStep[],
  { paused, onStep }: StartOptions,
): Promise<void> {
  for (const step of steps) {
    onStep?.(step);
    if (step.action === "runs") continue;
    const reply = await call(connection, "start_container", [step.container.id, paused ? "1" : "0"]);
    const error = errorOf(reply);
    if (error !== undefined) throw new UserError(error.code, `${step.container.name}: ${error.message}`, error.help);
    if (told(reply, "state") === "none") {
      throw new UserError("no-rules", "the host has no rules of ours", "Deploy first, or start containers by docker.");
    }
  }
}
