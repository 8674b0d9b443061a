import { containerInWords } from "../containers";
import type { Endpoint } from "../endpoint";
import type { Expectation } from "../expectations";
import type { Mistake } from "../explain-issues";
import { nearestName, show } from "../findings";
import type { Check } from "./check";

/** Expectations ask for what is known before a deployment: zones of their host, or the host itself. */
export const expectedSidesCanBeAsked: Check = ({ policy, report }) => {
  for (const expectation of policy.review?.expectations ?? []) {
    const mistakes = mistakesInSides(
      expectation,
      policy.host,
      policy.zones.map(({ name }) => name),
    );
    for (const mistake of mistakes) report({ origin: expectation.origin, ...mistake });
  }
};

/** What is wrong with where packets come from, or go to. */
export function mistakesInSides(
  { from, to }: Pick<Expectation, "from" | "to">,
  /** A host and the names of its zones. */
  host: string,
  known: readonly string[],
): Mistake[] {
  const allowed = [...known, "host"].map(show).join(", ");
  const mistakeIn = (side: Endpoint | undefined): Mistake | undefined => {
    switch (side?.kind) {
      case undefined:
      case "host":
        return undefined;
      case "all":
        return { problem: "`all` is no place to ask for", allowed };
      case "container":
        return {
          problem: `${show(containerInWords(side.select))} is no place to ask for: only the host knows its address`,
          allowed,
          fix: "name its zone, or the machines it talks to",
        };
      case "zone": {
        if (known.includes(side.name)) return undefined;
        const near = nearestName(side.name, known);
        return {
          problem: `${show(side.name)} is no zone of ${show(host)}`,
          allowed,
          ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
        };
      }
    }
  };
  return [from, to].flatMap((side) => mistakeIn(side) ?? []);
}
