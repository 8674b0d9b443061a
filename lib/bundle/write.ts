import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SshTarget } from "../model/target";
import { BUNDLE_FORMAT, MANIFEST_FILE, POLICY_FILE, type Manifest } from "./format";
import { sha256 } from "./generation";
import { portableTarget } from "./portable-target";

export interface BundleContents {
  readonly host: string;
  readonly path: string;
  readonly backend: Manifest["backend"];
  readonly generation: string;
  readonly target: SshTarget;
  readonly texts: Readonly<Record<string, string>>;
  /** The policy that the texts were made of, for people and later analysis. */
  readonly policy: unknown;
}

/**
 * Writes one host's bundle to `FOLDER/HOST`. The manifest comes last and by a rename, so that a reader finds a whole
 * bundle or, by the digests, that it is none. Files that are the same already are left alone.
 */
export function writeBundle(hostsFolder: string, contents: BundleContents, project = process.cwd()): string {
  const { policy, texts, target, ...facts } = contents;
  const folder = resolve(hostsFolder, contents.host);
  mkdirSync(folder, { recursive: true });
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    ...facts,
    target: portableTarget(target, project, folder),
    texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)])),
  };
  const wanted = new Map<string, string>([
    ...Object.entries(texts),
    [POLICY_FILE, `${JSON.stringify(policy, null, 1)}\n`],
    [MANIFEST_FILE, `${JSON.stringify(manifest, null, 2)}\n`],
  ]);
  for (const name of readdirSync(folder)) {
    if (!wanted.has(name)) rmSync(join(folder, name), { recursive: true });
  }
  for (const [name, text] of wanted) replaceFile(join(folder, name), text);
  return folder;
}

/** Removes the bundles of hosts that are no more. */
export function removeOtherBundles(hostsFolder: string, hosts: ReadonlySet<string>): void {
  if (!existsSync(hostsFolder)) return;
  for (const name of readdirSync(hostsFolder)) {
    if (!hosts.has(name)) rmSync(join(hostsFolder, name), { recursive: true });
  }
}

function replaceFile(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
