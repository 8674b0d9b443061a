/** A program and the command that runs it may each have their own copy of the package: both copies' errors count. */
const BRAND = Symbol.for("cdkfw/UserError");

/**
 * An error that the user can mend: it has a code for programs, one main sentence, and a help line with the cure.
 * Commands print it without a stack. Anything else that is thrown is a bug of ours.
 */
export class UserError extends Error {
  /** @internal */
  readonly [BRAND] = true;

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

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== UserError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
