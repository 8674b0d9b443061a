import { nearestName, show } from "../findings";
import type { Check } from "./check";

/** Every zone that an expectation names is declared on its host. */
export const expectedZonesAreKnown: Check = ({ policy, report }) => {
  const known = policy.zones.map(({ name }) => name);
  for (const { from, to, origin } of policy.review?.expectations ?? []) {
    for (const side of [from, to]) {
      if (side?.kind !== "zone" || known.includes(side.name)) continue;
      const near = nearestName(side.name, known);
      report({
        origin,
        problem: `${show(side.name)} is no zone of ${show(policy.host)}`,
        allowed: [...known, "host"].map(show).join(", "),
        ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
      });
    }
  }
};
