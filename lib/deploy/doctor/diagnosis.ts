/** What was found about a machine, and what to do about it where that is not well. */
export interface Diagnosis {
  /** What was looked at: `tools`, `kernel`, `clock` … */
  readonly check: string;
  /** `fail`: a deployment can not go well; `warn`: something may surprise. */
  readonly state: "ok" | "warn" | "fail";
  readonly message: string;
  readonly help?: string;
}

export const fine = (check: string, message: string): Diagnosis => ({ check, state: "ok", message });
export const warning = (check: string, message: string, help: string): Diagnosis => ({ check, state: "warn", message, help }); // prettier-ignore
export const failure = (check: string, message: string, help: string): Diagnosis => ({ check, state: "fail", message, help }); // prettier-ignore
