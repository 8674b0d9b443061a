/**
 * An error that the user can mend: it has a code for programs, one main sentence, and a help line with the cure.
 * Commands print it without a stack. Anything else that is thrown is a bug of ours.
 */
export class UserError extends Error {
  constructor(
    /** Stable, in kebab case: `unknown-host-key`, `lock-held`, … */
    readonly code: string,
    message: string,
    /** What the user can do about it. */
    readonly help?: string,
  ) {
    super(message);
    this.name = "UserError";
  }
}
