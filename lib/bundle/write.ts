import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Countries } from "../model/countries";
import type { Finding } from "../model/findings";
import type { Probe } from "../model/probe";
import type { SshTarget } from "../model/target";
import { findingsText } from "./findings";
import { BUNDLE_FORMAT, COUNTRIES_FILE, FINDINGS_FILE, MANIFEST_FILE, POLICY_FILE, type Manifest } from "./format";
import { sha256 } from "./generation";
import { portableTarget } from "./portable-target";
import { holds, replaceFile } from "./replace-file";

export interface BundleContents {
  readonly host: string;
  readonly path: string;
  readonly groups: readonly string[];
  readonly backend: Manifest["backend"];
  readonly generation: string;
  readonly install?: boolean;
  readonly target: SshTarget;
  readonly probes: readonly Probe[];
  readonly texts: Readonly<Record<string, string>>;
  /** The policy that the texts were made of, for people and later analysis; it gets the portable target as well. */
  readonly policy: object;
  /** The networks of the countries that the policy names. */
  readonly countries?: Countries | undefined;
  readonly findings?: readonly Finding[] | undefined;
}

/**
 * Writes one host's bundle to `FOLDER/HOST`. The manifest comes last and by a rename, and holds the digests of all texts,
 * so that a reader finds a whole bundle or learns that it is none. Files that are the same already are left alone.
 */
export function writeBundle(hostsFolder: string, contents: BundleContents, project = process.cwd()): string {
  const { policy, probes, groups, texts, target, countries, findings = [], ...facts } = contents;
  const folder = resolve(hostsFolder, contents.host);
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
  const portable = portableTarget(target, project, folder);
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    ...facts,
    groups: [...groups],
    probes: [...probes],
    target: portable,
    ...(countries && { countries: countries.database }),
    texts: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)])),
  };
  const beside = {
    ...texts,
    [POLICY_FILE]: `${JSON.stringify({ ...policy, target: portable })}\n`,
    ...(countries && { [COUNTRIES_FILE]: `${JSON.stringify(countries)}\n` }),
    ...(findings.length > 0 && { [FINDINGS_FILE]: findingsText(findings) }),
  };
  if (!isNew) removeStrangers(folder, new Set([...Object.keys(beside), MANIFEST_FILE]));
  for (const [name, text] of Object.entries(beside)) {
    if (isNew || !holds(join(folder, name), text)) writeFileSync(join(folder, name), text);
  }
  replaceFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** Removes the bundles of hosts that are no more. */
export function removeOtherBundles(hostsFolder: string, hosts: ReadonlySet<string>): void {
  if (existsSync(hostsFolder)) removeStrangers(hostsFolder, hosts);
}

function removeStrangers(folder: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    if (!wanted.has(name)) rmSync(join(folder, name), { recursive: true });
  }
}
