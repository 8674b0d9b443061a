import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../model/user-error";
import type { ProjectFiles } from "./settings";

/**
 * Writes a project's files, all or none of them.
 * @param force whether files that stand there are written anew
 * @throws UserError `files-exist`
 */
export function writeProject(folder: string, files: ProjectFiles, force: boolean): void {
  const standing = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (standing.length > 0 && !force) {
    throw new UserError(
      "files-exist",
      `\`${folder}\` holds ${standing.map((name) => `\`${name}\``).join(", ")} already`,
      "Nothing was written. Name another folder, or give --force to write these anew.",
    );
  }
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
