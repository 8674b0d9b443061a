import * as z from "zod";
import { show } from "./findings";
import type { Assignment } from "./spread";
import { hostName } from "./target";
import { UserError } from "./user-error";

const assignmentFile = z.strictObject({
  format: z.literal(1),
  /** By the stacks' names. Hosts in the order of their names, so that two branches that add some seldom collide. */
  stacks: z.record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,200}$/, "the name of a stack"), z.array(hostName)),
});

/**
 * Which stack has which hosts, as the file beside the program says.
 * @throws UserError `assignment-file`
 */
export function readAssignment(text: string, file: string): Assignment {
  let stacks: Readonly<Record<string, readonly string[]>>;
  try {
    stacks = assignmentFile.parse(JSON.parse(text)).stacks;
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UserError("assignment-file", `\`${file}\` can not be read: ${why}`, CURE);
  }
  const seen = new Map<string, string>();
  for (const [stack, hosts] of Object.entries(stacks)) {
    for (const host of hosts) {
      const first = seen.get(host);
      if (first !== undefined) {
        throw new UserError(
          "assignment-file",
          `\`${file}\` has the host ${show(host)} in two stacks: \`${first}\` and \`${stack}\``,
          "Take it out of the one whose state does not have it; `terraform state list` in the stack's folder tells.",
        );
      }
      seen.set(host, stack);
    }
  }
  return new Map(Object.entries(stacks));
}

const CURE = "Take the file of the last commit. Without it hosts may change their stacks, which makes plans long and breaks nothing."; // prettier-ignore

/** One host a line. */
export function printAssignment(assignment: Assignment): string {
  const stacks = Object.fromEntries([...assignment].map(([stack, hosts]) => [stack, [...hosts].sort()]));
  return `${JSON.stringify({ format: 1, stacks }, null, 2)}\n`;
}
