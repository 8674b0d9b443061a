import { containerInWords } from "../containers";
import { show } from "../findings";
import { printOrigin } from "../origin";
import type { RuleEntry } from "../policy";
import type { Check } from "./check";

/** A name is given to a container for another one that it may reach. */
export const linksAreBetweenContainers: Check = ({ policy, report }) => {
  for (const { action, from, to, link, origin } of policy.entries.filter((entry) => entry.kind === "rule")) {
    if (link === undefined) continue;
    const isBetween = from.kind === "container" && to.kind === "container";
    if (isBetween && action === "accept") continue;
    report({
      origin,
      problem: isBetween ? `a rule that does not accept has the link ${show(link)}` : "only containers can be linked",
      allowed: "`link` on a rule that accepts what a container sends to a container",
      fix: "leave `link` out",
    });
  }
};

/** One name leads to one place. */
export const linksHaveOneMeaning: Check = ({ policy, report }) => {
  const first = new Map<string, RuleEntry>();
  for (const entry of policy.entries) {
    if (entry.kind !== "rule" || entry.link === undefined) continue;
    const { from, to, link, origin } = entry;
    if (from.kind !== "container" || to.kind !== "container") continue;
    const key = `${link} ${containerInWords(from.select)}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, entry);
    else if (earlier.to.kind === "container" && containerInWords(earlier.to.select) !== containerInWords(to.select)) {
      report({
        origin,
        problem: `the ${containerInWords(from.select)} finds two containers as ${show(link)}, the first one at ${printOrigin(earlier.origin)}`,
        fix: "give one of the two links another name",
      });
    }
  }
};
