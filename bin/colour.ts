import { createColors } from "picocolors";

/** Colours on a terminal alone: a log, a pipe or Terraform's output gets plain text, whatever the environment says. */
export const colour = createColors(process.stdout.isTTY && process.env["NO_COLOR"] === undefined);
