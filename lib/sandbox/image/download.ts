import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Apt, downloadFailed, requireApt, type Source } from "./apt";

/** Downloads packages with all that they need, from the machine's own sources, and gives their paths. */
export async function downloadSystem(folder: string, packages: readonly string[]): Promise<string[]> {
  await requireApt();
  const apt = await Apt.in(folder, "machine");
  const update = await apt.update();
  const install = ["install", "--download-only", "-y", "--no-install-recommends", ...packages];
  const download = await apt.run(install, 600_000);
  if (download.code !== 0) throw downloadFailed("the lab's hosts", download, update);
  return packagesIn(apt);
}

/** Downloads these packages and nothing that they need. */
export async function downloadOnly(folder: string, source: Source, packages: readonly string[]): Promise<string[]> {
  await requireApt();
  const apt = await Apt.in(folder, source);
  const update = await apt.update();
  const download = await apt.run(["download", ...packages], 600_000);
  if (download.code !== 0) throw downloadFailed("Docker in the lab", download, update);
  return packagesIn(apt);
}

function packagesIn({ archives }: Apt): string[] {
  return readdirSync(archives)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(archives, name));
}
