import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../model/user-error";
import { manifest as manifestSchema, MANIFEST_FILE, type Bundle, type Manifest } from "./format";
import { sha256 } from "./generation";

/** Reads one host's bundle and verifies every text against its digest. */
export function readBundle(folder: string): Bundle {
  const manifest = readManifest(folder);
  const texts = Object.entries(manifest.texts).map(([name, digest]) => {
    const path = join(folder, name);
    const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (text === undefined || sha256(text) !== digest) {
      throw new UserError(
        "bundle-altered",
        `\`${path}\` ${text === undefined ? "is missing" : "is not what the bundle was made with"}`,
        "Synthesize again; nothing was sent to the host.",
      );
    }
    return [name, text] as const;
  });
  return { folder: resolve(folder), manifest, texts: Object.fromEntries(texts) };
}

/**
 * Another host of the same output: of the same stack, else of any other.
 * @throws UserError `no-bundle`
 */
export function neighbourOf(folder: string, host: string): Pick<Bundle, "folder" | "manifest"> {
  const beside = resolve(folder, "..", host);
  const stacks = resolve(folder, "../../..");
  const found = existsSync(beside)
    ? beside
    : stacksIn(stacks)
        .map((stack) => join(stacks, stack, "hosts", host))
        .find(existsSync);
  if (found !== undefined) return { folder: found, manifest: readManifest(found) };
  throw new UserError(
    "no-bundle",
    `the host \`${host}\` has no bundle beside \`${folder}\``,
    "Synthesize its fleet too.",
  );
}

function stacksIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The names of the stacks that a synth's output folder holds, in their order. */
export function stackNames(output: string): string[] {
  const stacks = join(output, "stacks");
  if (!existsSync(stacks)) {
    throw new UserError(
      "no-bundle",
      `\`${output}\` holds no stacks`,
      "Run `cdkfw synth` first, or name the output folder with --out.",
    );
  }
  return readdirSync(stacks).sort();
}

/** The folders of the bundles of some stacks' hosts, ordered by stack and host. */
export function findBundles(output: string, stacks: readonly string[] = stackNames(output)): string[] {
  return stacks
    .map((stack) => join(output, "stacks", stack, "hosts"))
    .filter(existsSync)
    .flatMap((hosts) =>
      readdirSync(hosts)
        .sort()
        .map((host) => join(hosts, host)),
    );
}

/** What a bundle says of its host, without the texts that go there. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST_FILE);
  if (!existsSync(file)) {
    throw new UserError(
      "no-bundle",
      `\`${folder}\` holds no ${MANIFEST_FILE}`,
      "Run `cdkfw synth` or `cdkfw compile` first, or name the folder of one host.",
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError("bundle-altered", `\`${file}\` is no JSON: ${(error as Error).message}`, "Synthesize again.");
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new UserError(
    "bundle-altered",
    `\`${file}\` is no bundle of this version: ${problems.join("; ")}`,
    "Synthesize again with this version of cdkfw.",
  );
}
