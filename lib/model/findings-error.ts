import { printFinding, type Finding } from "./findings";
import { UserError } from "./user-error";

/** All that is wrong with a document or a fleet, in one error. Its message has one line for each finding. */
export class FindingsError extends UserError {
  constructor(
    code: string,
    /** What was read, as in "the inventory `inventory.yaml`". */
    subject: string,
    readonly findings: readonly Finding[],
  ) {
    const count = findings.length === 1 ? "1 mistake" : `${String(findings.length)} mistakes`;
    super(code, [`${subject} has ${count}:`, ...findings.map((finding) => `  ${printFinding(finding)}`)].join("\n"));
    this.name = "FindingsError";
  }
}
