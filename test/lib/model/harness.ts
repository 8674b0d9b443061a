import { FindingsError } from "../../../lib/model/findings-error";
import { printFinding } from "../../../lib/model/findings";

/** What a reader of a document is told, one line for each finding. */
export function findingsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof FindingsError) return error.findings.map(printFinding);
    throw error;
  }
  return [];
}

export function expectFindings(read: () => unknown, expected: readonly string[]): void {
  const findings = findingsOf(read);
  expect(findings).toHaveLength(expected.length);
  for (const [index, part] of expected.entries()) expect(findings[index]).toContain(part);
}
