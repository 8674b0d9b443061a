import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../places";
import { downloadPackages } from "./download";
import { finishImage } from "./finish";
import { withLock } from "./lock";
import { imageVersion } from "./recipe";
import { unpackPackages } from "./unpack";

/** Images of older recipes are kept this long after their last use, since a lab may still run on one. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * The image that lies under the root of every host: built on the first use (some 10 s, 65 MB of downloads, 170 MB on
 * disk), beside its place and renamed into it, so that a folder of that name is always complete.
 * @param progress is told in a word what takes long
 */
export async function ensureImage(progress: (line: string) => void = () => undefined): Promise<string> {
  const cache = cacheFolder();
  const image = join(cache, `root-${imageVersion}`);
  if (existsSync(image)) return used(image);
  mkdirSync(cache, { recursive: true });
  return withLock(join(cache, "lock"), async () => {
    if (existsSync(image)) return used(image); // another builder was first
    for (const name of readdirSync(cache)) if (name.startsWith("building")) remove(join(cache, name));
    const building = join(cache, "building");
    progress("downloading the packages of the lab's hosts");
    const packages = await downloadPackages(join(building, "apt"));
    progress(`unpacking ${packages.length} packages`);
    const root = join(building, "root");
    mkdirSync(root, { mode: 0o755 });
    await unpackPackages(root, packages);
    await finishImage(root);
    renameSync(root, image);
    remove(building);
    used(image); // else it bears the date of a package's folder
    removeUnused(cache);
    return image;
  });
}

function used(image: string): string {
  try {
    utimesSync(image, new Date(), new Date());
  } catch {
    // a cache that belongs to somebody else serves as well
  }
  return image;
}

function removeUnused(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith("root-") && Date.now() - statSync(path).mtimeMs > KEPT_MS) remove(path);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 2 });
}
