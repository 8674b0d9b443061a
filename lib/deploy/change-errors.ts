import { UserError } from "../model/user-error";

/** Failures to connect that a moment later may be none. A host that stays silent is not among them: it had its time. */
const MAY_PASS: ReadonlySet<string> = new Set([
  "connection-refused",
  "host-unreachable",
  "connection-lost",
  "handshake-failed",
]);

export function mayPass(error: unknown): boolean {
  return error instanceof UserError && MAY_PASS.has(error.code);
}

/** Somebody else answers in the host's place: no second try makes it better. */
export function isAboutKeys(error: unknown): boolean {
  return error instanceof UserError && error.code.endsWith("-host-key");
}

export function notProven(error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error);
  return new UserError(
    "not-proven",
    `with the new rules in place no new SSH connection came to be: ${why}`,
    "The rules of before stand again. Does the policy accept SSH from where you deploy?",
  );
}

/** Proven, and not confirmed: what stands between the two took too long. */
export function windowOver(seconds: number): UserError {
  return new UserError(
    "window-over",
    `the window of ${seconds} s was over before the change could be confirmed`,
    "Give it more time with --confirm-timeout, or make the waves smaller.",
  );
}

export function restarted(): UserError {
  return new UserError(
    "restarted",
    "the host was restarted before the change was confirmed",
    "It booted with the rules of before. Deploy again.",
  );
}

export function unreachable(last: UserError | undefined): UserError {
  return new UserError(
    "outcome-unknown",
    `the host could not be asked how the change ended${last === undefined ? "" : `: ${last.message}`}`,
    "Its own timer brings back the rules of before. `cdkfw status` tells when it answers again.",
  );
}
