import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../model/user-error";
import { run, type Output } from "../process";

/** Where packages come from: the machine's own sources, or one suite of Debian's archive. */
export type Source = "machine" | { readonly suite: string };

const DEBIAN = "http://deb.debian.org/debian/";
const DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * apt with folders of its own below `folder`, and an empty list of installed packages: so it needs no root, and neither
 * installs anything on the machine nor touches its lists.
 */
export class Apt {
  readonly #env = { ...process.env, LC_ALL: "C" };

  private constructor(
    /** Where the packages are downloaded to. */
    readonly archives: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async in(folder: string, source: Source): Promise<Apt> {
    const lists = join(folder, "lists");
    const cache = join(folder, "cache");
    const archives = join(cache, "archives");
    for (const path of [lists, archives]) mkdirSync(join(path, "partial"), { recursive: true });
    writeFileSync(join(folder, "status"), "");
    return new Apt(archives, {
      "Dir::State": folder,
      "Dir::State::status": join(folder, "status"),
      "Dir::State::lists": lists,
      "Dir::Cache": cache,
      "Dir::Cache::archives": archives,
      "Debug::NoLocking": "1",
      "APT::Sandbox::User": "root", // the user `_apt` may not enter our folder
      "Acquire::Languages": "none",
      ...(source === "machine" ? {} : await onlySuite(folder, source.suite)),
    });
  }

  /** Runs apt-get in the folder of packages. */
  run(args: readonly string[], timeoutMs: number): Promise<Output> {
    const settings = Object.entries(this.settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    const inFolder = ["sh", "-c", 'cd "$1" && shift && exec apt-get -q "$@"', "apt", this.archives];
    return run([...inFolder, ...settings, ...args], { timeoutMs, env: this.#env });
  }

  /** A broken third-party source need not matter: whether the packages can be had shows when they are downloaded. */
  update(): Promise<Output> {
    return this.run(["update"], 300_000);
  }
}

export async function requireApt(): Promise<void> {
  const found = await run(["sh", "-c", "command -v apt-get"]);
  if (found.code === 0) return;
  throw new UserError(
    "no-apt",
    "The lab's hosts are made of Debian packages, and this machine has no `apt-get`.",
    "Use Debian or Ubuntu for the sandbox; everything else of cdkfw works here.",
  );
}

export function downloadFailed(what: string, ...outputs: readonly Output[]): UserError {
  const said = outputs.map(({ stderr }) => /^E: (.*)$/m.exec(stderr)?.[1]).find((error) => error !== undefined);
  return new UserError(
    "image-download",
    `The packages for ${what} could not be downloaded: ${said ?? `exit status ${outputs[0]?.code}`}`,
    "Check that `apt-get update` works on this machine; everything but the sandbox works without it.",
  );
}

async function onlySuite(folder: string, suite: string): Promise<Record<string, string>> {
  const list = join(folder, "sources.list");
  writeFileSync(list, `deb [signed-by=${DEBIAN_KEYS}] ${await debianMirror()} ${suite} main\n`);
  return {
    "Dir::Etc::sourcelist": list,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
  };
}

/** The mirror that the machine uses, where it is a Debian. */
async function debianMirror(): Promise<string> {
  const targets = await run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"]);
  const uris = targets.stdout.split("\n").flatMap((line) => /^Debian (\S+)$/.exec(line)?.[1] ?? []);
  return uris.find((uri) => !uri.includes("security")) ?? DEBIAN;
}
