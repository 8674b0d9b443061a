/** A program that a suite can not do without. */
export interface Needed {
  readonly name: string;
  readonly isThere: boolean;
  readonly cure: string;
  /** Whether CI has it: then a suite without it fails there. */
  readonly isInCi: boolean;
}

/** A suite that needs a program: where that is missing it is left out, aloud; in CI it fails, if CI is to have it. */
export function describeWith({ name: program, isThere, cure, isInCi }: Needed, name: string, suite: () => void): void {
  if (isThere) {
    describe(name, suite);
    return;
  }
  if (isInCi && process.env["CI"] === "true") {
    test(`${name}: ${program} is not installed, and CI=true wants this suite to run`, () => expect(isThere).toBe(true));
    return;
  }
  console.warn(`${program.toUpperCase()} IS NOT INSTALLED: the suite "${name}" is SKIPPED. ${cure}`);
  describe.skip(name, suite);
}
