/** The one place for exit codes. */
export const EXIT = {
  /** Done, or nothing to do. */
  done: 0,
  failed: 1,
  /** `diff` or `drift` found differences. */
  different: 2,
  rolledBack: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
