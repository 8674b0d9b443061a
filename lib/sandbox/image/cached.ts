import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock";

/** Older versions are kept this long after their last use, since a lab may still run on one. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * The folder `CACHE/NAME-VERSION`: built on the first use, beside its place and renamed into it, so that a folder of that
 * name is always complete.
 * @param build fills an empty folder, and gives the path in it of what is to be kept
 */
export async function cached(
  cache: string,
  name: string,
  version: string,
  build: (building: string) => Promise<string>,
): Promise<string> {
  const path = join(cache, `${name}-${version}`);
  if (existsSync(path)) return used(path);
  mkdirSync(cache, { recursive: true });
  return withLock(join(cache, "lock"), async () => {
    if (existsSync(path)) return used(path); // another builder was first
    const building = join(cache, "building");
    remove(building); // of one that died
    mkdirSync(building);
    renameSync(await build(building), path);
    remove(building);
    used(path); // else it bears the date of a package's folder
    removeUnused(cache, `${name}-`);
    return path;
  });
}

function used(path: string): string {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // a cache that belongs to somebody else serves as well
  }
  return path;
}

function removeUnused(cache: string, prefix: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith(prefix) && Date.now() - statSync(path).mtimeMs > KEPT_MS) remove(path);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 2 });
}
