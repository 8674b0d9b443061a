import { basename, resolve } from "node:path";

/** A folder's name as that of a package of npm: in lower case, beginning with a letter or a digit. */
export function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name === "" ? "firewalls" : name;
}
