import { createColors } from "picocolors";

/** A file or a pipe says nothing of being a terminal. */
const isTerminal: boolean | undefined = process.stdout.isTTY;

/** Colours on a terminal alone: a log, a pipe or Terraform's output gets plain text, whatever the environment says. */
export const colour = createColors(isTerminal === true && process.env["NO_COLOR"] === undefined);
