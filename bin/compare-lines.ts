import { diffArrays } from "diff";

/** Two policies in words, line by line: `+ …` is new, `- …` is gone, `  …` stays. */
export function compareLines(stands: readonly string[], wanted: readonly string[]): string[] {
  return diffArrays([...stands], [...wanted]).flatMap(({ value, added, removed }) =>
    value.map((line) => `${added ? "+" : removed ? "-" : " "} ${line}`),
  );
}
