import { UserError } from "../model/user-error";

/** One span of time for several waits in a row, which an AbortSignal can cut short. */
export class Deadline {
  private readonly endsAt: number;

  constructor(
    readonly seconds: number,
    private readonly signal?: AbortSignal,
  ) {
    this.endsAt = performance.now() + seconds * 1000;
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  /**
   * What `work` gives, unless the time is over or the signal fires before.
   * The work itself is not stopped: whoever started it closes what it holds when this rejects.
   */
  guard<T>(work: Promise<T>, expired: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.signal?.removeEventListener("abort", onAbort);
        done();
      };
      const onAbort = () => settle(() => reject(interrupted()));
      const timer = setTimeout(() => settle(() => reject(expired())), this.remainingMs);
      if (this.signal?.aborted) return onAbort();
      this.signal?.addEventListener("abort", onAbort, { once: true });
      work.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }
}

export function interrupted(): UserError {
  return new UserError("interrupted", "It was interrupted before it was done");
}
