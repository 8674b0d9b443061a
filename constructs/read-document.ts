import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { show } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";

/**
 * The text of a file that a program names.
 * @param kind `inventory`, which makes the error `unreadable-inventory`
 * @throws UserError where it can not be read
 */
export function readDocument(path: string, kind: "inventory" | "container-rules"): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(
      `unreadable-${kind}`,
      `the ${kind.replace("-", " ")} ${show(path)} can not be read: ${reason === "ENOENT" ? "there is no such file" : reason}`,
      `Relative paths are looked for in ${show(process.cwd())}.`,
    );
  }
}

/** As it is shown: relative to where the synth runs, with forward slashes. */
export const fromHere = (path: string) => relative(process.cwd(), resolve(path)).replaceAll("\\", "/");
