import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { keyType, type KeyBlob } from "./public-key";

/** One entry of a known_hosts file: whose key it is, and where it stands. */
export interface KnownHost {
  /** `@revoked` keys are refused wherever they show up; `@cert-authority` ones sign host certificates. */
  readonly marker: "revoked" | "cert-authority" | undefined;
  /** A comma list of patterns, or one hashed name. */
  readonly names: string;
  readonly key: KeyBlob;
  readonly file: string;
  readonly line: number;
}

/** The entries of a known_hosts text. Lines that are none, comments and broken ones, are passed over, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const fields = line.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift()?.slice(1) : undefined;
    const [names, type, base64] = fields;
    if (names === undefined || names.startsWith("#") || type === undefined || base64 === undefined) continue;
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") continue;
    const key = Buffer.from(base64, "base64");
    if (keyType(key) !== type) continue;
    entries.push({ marker, names, key, file, line: index + 1 });
  }
  return entries;
}

/** The entries of those files that exist, in the files' order. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return files.flatMap((file, index) => parseKnownHosts(texts[index] ?? "", file));
}

/** The name that known_hosts knows a server by: `host`, or `[host]:port` where the port is not 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether an entry's names hold `name`. A negated pattern that matches outweighs all others. */
export function namesHost(names: string, name: string): boolean {
  if (names.startsWith("|")) return hashedName(names, name);
  let matched = false;
  for (const pattern of names.toLowerCase().split(",")) {
    if (pattern.startsWith("!")) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (matchesPattern(pattern, name)) {
      matched = true;
    }
  }
  return matched;
}

/** `|1|SALT|HASH`: HMAC-SHA1 of the name, keyed with the salt (sshd(8), known_hosts file format). */
function hashedName(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function matchesPattern(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}
