import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readAssignment } from "../../lib/model/assignment-file";
import type { Assignment } from "../../lib/model/spread";

/** Nothing where there is no file yet. */
export function readAssignmentFile(file: string): Assignment {
  return existsSync(file) ? readAssignment(readFileSync(file, "utf8"), file) : new Map();
}

/** All of it or nothing: half a file would move hosts. */
export function writeAssignmentFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
