import * as z from "zod";
import { containerInWords } from "./containers";
import type { Endpoint } from "./endpoint";
import { explainValue, type Mistake } from "./explain-issues";

/** A name that stands in a container's hosts file. */
export const linkName = z
  .string()
  .max(63, "at most 63 characters")
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/,
    "letters and digits, and inside also `_ . -`, such as `db` or `db.internal`",
  )
  .refine((name) => name.toLowerCase() !== "localhost", "a name other than `localhost`");

/** `true` stands for the name that the other container has itself. */
export const linkForm = z.union([z.boolean(), linkName], "`true`, or a name such as `db`");

/** By which name the source of a rule finds its destination: nothing where no name is wanted. */
export function linkNameOf(given: z.infer<typeof linkForm>, to: Endpoint): string | Mistake | undefined {
  if (given === false) return undefined;
  const name = given === true ? ownName(to) : given;
  // That a link leads to a container is checked with the policy; here a name is needed.
  if (name === undefined) {
    return {
      problem: `${to.kind === "container" ? `\`${containerInWords(to.select)}\`` : `\`${to.kind}\``} has no name of its own for a link`,
      fix: 'give one: `link: "db"`',
    };
  }
  return explainValue(linkName, name, "name for a link") ?? name;
}

function ownName(to: Endpoint): string | undefined {
  if (to.kind !== "container" || "label" in to.select) return undefined;
  return "name" in to.select ? to.select.name : to.select.service;
}
