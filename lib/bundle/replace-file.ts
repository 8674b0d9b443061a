import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Writes a file in one step, so that no reader finds half of it. One that is the same already is left alone. */
export function replaceFile(file: string, text: string): void {
  if (holds(file, text)) return;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export function holds(file: string, text: string): boolean {
  return existsSync(file) && readFileSync(file, "utf8") === text;
}
