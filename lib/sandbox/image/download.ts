import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../model/user-error";
import { run } from "../process";
import { packages } from "./recipe";

/**
 * Downloads the image's packages with the machine's own apt sources and keys, into `folder`, and gives their paths.
 * apt starts from an empty list of installed packages and from folders of its own: so it resolves the whole system,
 * needs no root, and neither installs anything on the machine nor touches its lists.
 */
export async function downloadPackages(folder: string): Promise<string[]> {
  const lists = join(folder, "lists");
  const archives = join(folder, "cache", "archives");
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(archives, "partial"), { recursive: true });
  writeFileSync(join(folder, "status"), "");
  const settings = {
    "Dir::State": folder,
    "Dir::State::status": join(folder, "status"),
    "Dir::State::lists": lists,
    "Dir::Cache": join(folder, "cache"),
    "Dir::Cache::archives": archives,
    "Debug::NoLocking": "1",
    "APT::Sandbox::User": "root", // the user `_apt` may not enter our folder
    "Acquire::Languages": "none",
  };
  const apt = ["apt-get", "-q", ...Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`])];
  const env = { ...process.env, LC_ALL: "C" };
  // A broken third-party source need not matter: whether the packages can be had shows below.
  const update = await run([...apt, "update"], { timeoutMs: 300_000, env }).catch(() => undefined);
  if (!update) {
    throw new UserError(
      "no-apt",
      "The lab's hosts are made of Debian packages, and this machine has no `apt-get`.",
      "Use Debian or Ubuntu for the sandbox; everything else of cdkfw works here.",
    );
  }
  const install = [...apt, "install", "--download-only", "-y", "--no-install-recommends", ...packages];
  const download = await run(install, { timeoutMs: 600_000, env });
  if (download.code !== 0) {
    const reason = firstError(download.stderr) ?? firstError(update.stderr) ?? `exit status ${download.code}`;
    throw new UserError(
      "image-download",
      `The packages for the lab's hosts could not be downloaded: ${reason}`,
      "Check that `apt-get update` works on this machine; everything but the sandbox works without it.",
    );
  }
  return readdirSync(archives)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(archives, name));
}

function firstError(text: string): string | undefined {
  return /^E: (.*)$/m.exec(text)?.[1];
}
