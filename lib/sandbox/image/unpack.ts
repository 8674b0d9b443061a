import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../process";

/** Nothing on a lab host reads these, and they are half of the files. */
const leftOut = ["doc", "man", "locale", "lintian", "info"].map((name) => `--exclude=./usr/share/${name}/*`);

/** Unpacks the packages into `root`, without running their scripts: `finish` does what those would have done. */
export async function unpackPackages(root: string, packages: readonly string[]): Promise<void> {
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(root, "usr", folder), { recursive: true });
    if (!existsSync(join(root, folder))) symlinkSync(`usr/${folder}`, join(root, folder)); // merged /usr
  }
  const queue = [...packages];
  const worker = async () => {
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const script = 'path=$1 root=$2; shift 2; dpkg-deb --fsys-tarfile "$path" | tar -xp -C "$root" "$@"';
      await mustRun(["sh", "-c", script, "unpack", path, root, "--keep-directory-symlink", ...leftOut]);
    }
  };
  await Promise.all([worker(), worker()]);
}
