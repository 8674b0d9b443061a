import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../places";
import { cached } from "./cached";
import { downloadSystem } from "./download";
import { finishImage } from "./finish";
import { imageVersion, packages } from "./recipe";
import { unpackPackages } from "./unpack";

/**
 * The image that lies under the root of every host: built on the first use (some 10 s, 65 MB of downloads, 170 MB on
 * disk).
 * @param progress is told in a word what takes long
 */
export function ensureImage(progress: (line: string) => void = () => undefined): Promise<string> {
  return cached(cacheFolder(), "root", imageVersion, async (building) => {
    progress("downloading the packages of the lab's hosts");
    const archives = await downloadSystem(join(building, "apt"), packages);
    progress(`unpacking ${archives.length} packages`);
    const root = join(building, "root");
    mkdirSync(root, { mode: 0o755 });
    await unpackPackages(root, archives);
    await finishImage(root);
    return root;
  });
}
