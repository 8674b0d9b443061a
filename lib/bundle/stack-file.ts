import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { rollout, type Rollout } from "../model/rollout";
import { hostName } from "../model/target";
import { UserError } from "../model/user-error";
import { replaceFile } from "./replace-file";

/** `stacks/STACK/stack.json`: what is said of the hosts of a stack together. */
const STACK_FILE = "stack.json";
const STACK_FORMAT = 1;

const stackFile = z.strictObject({
  format: z.literal(STACK_FORMAT),
  /** The policy file that made it, where no Terraform stack did. */
  source: z.string().optional(),
  fleets: z.array(
    z.strictObject({
      /** The construct path: a fleet may be spread over stacks. */
      fleet: z.string(),
      /** Those of its hosts that are in this stack, in the order of declaration. */
      hosts: z.array(hostName),
      /** The place of each of them among all hosts of the fleet. */
      places: z.array(z.int().min(0)),
      rollout,
    }),
  ),
});

/** How those hosts of a fleet that are in one stack are deployed. */
export interface FleetRollout {
  readonly fleet: string;
  readonly hosts: readonly string[];
  /** The place of each of them among all hosts of the fleet, whatever stack they are in. */
  readonly places: readonly number[];
  readonly rollout: Rollout;
}

export interface StackFacts {
  readonly source?: string;
  readonly fleets: readonly FleetRollout[];
}

/**
 * Writes what is said of a stack's hosts together.
 * @throws UserError `stack-of-another` where another policy file has made the stack: its hosts would vanish from it
 */
export function writeStackFile(stackFolder: string, facts: StackFacts): void {
  const earlier = readStackFile(stackFolder)?.source;
  if (earlier !== undefined && facts.source !== undefined && earlier !== facts.source && existsSync(earlier)) {
    throw new UserError(
      "stack-of-another",
      `\`${stackFolder}\` was made from \`${earlier}\`, and \`${facts.source}\` has a fleet of the same name`,
      "Give one of the fleets another id, or each of the files an output folder of its own with --out.",
    );
  }
  replaceFile(join(stackFolder, STACK_FILE), `${JSON.stringify({ format: STACK_FORMAT, ...facts }, null, 2)}\n`);
}

/** Nothing where the stack has none: another program than ours made it. */
export function readStackFile(stackFolder: string): StackFacts | undefined {
  const file = join(stackFolder, STACK_FILE);
  if (!existsSync(file)) return undefined;
  try {
    const { source, fleets } = stackFile.parse(JSON.parse(readFileSync(file, "utf8")));
    return { ...(source !== undefined && { source }), fleets };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UserError(
      "bundle-altered",
      `\`${file}\` can not be read: ${why}`,
      "Remove it, and synthesize again with this version of cdkfw.",
    );
  }
}
