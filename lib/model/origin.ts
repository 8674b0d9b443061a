import * as z from "zod";

/** It becomes a comment in the texts that the kernel loads. */
const printable = z
  .string()
  .max(1024)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "printable characters on one line");

/** Who declared a thing, and where: carried from the user's line of code to the kernel's rule. */
export const origin = z.strictObject({
  /** The construct path, such as `edge/fleet/web-3/allow-ssh`. */
  path: printable,
  /** The declaring source file, relative to the project, with forward slashes. */
  file: printable.optional(),
  /** Counted from 1. */
  line: z.int().positive().optional(),
  /** Counted from 1; known where the declaration is a document, not code. */
  column: z.int().positive().optional(),
});

export type Origin = Readonly<z.infer<typeof origin>>;

/** `edge/fleet/web-3/ssh (main.ts:12)`, and `web.yaml:12:5 (hosts/web-3)` where the declaration is a document. */
export function printOrigin(given: Origin): string {
  const path = given.path.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
  if (given.file === undefined) return path;
  const place = [given.file, given.line, given.column].filter((part) => part !== undefined).join(":");
  const inside = path.startsWith(`${given.file}:`) ? path.slice(given.file.length + 1) : undefined;
  if (inside !== undefined) return `${place} (${inside})`;
  return path === "" || path === given.file ? place : `${path} (${place})`;
}
