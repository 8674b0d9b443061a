import { readFile, stat } from "node:fs/promises";
import { utils, type ParsedKey } from "ssh2";
import { keyType, parsePublicKey, type KeyBlob } from "./public-key";

/** What a key file turned out to be. */
export type Identity =
  | { readonly kind: "private"; readonly file: string; readonly key: ParsedKey; readonly publicKey: KeyBlob }
  /** Only the agent can sign with it: its private part is encrypted, or not here. */
  | { readonly kind: "public"; readonly file: string; readonly publicKey: KeyBlob; readonly encrypted: boolean }
  /** `problem` completes the sentence "FILE …". */
  | { readonly kind: "unusable"; readonly file: string; readonly problem: string; readonly missing: boolean };

/** Reads one identity file: a private key, an encrypted one, or a public key whose private part the agent holds. */
export async function readIdentity(file: string): Promise<Identity> {
  let text: string;
  let mode: number;
  try {
    [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
  } catch (error) {
    return missingIdentity(file, error as NodeJS.ErrnoException);
  }
  const publicKey = parsePublicKey(text);
  if (publicKey !== undefined) return { kind: "public", file, publicKey, encrypted: false };
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    return unusable(file, `can be read by others (mode ${octal}), so ssh does not use it: \`chmod 600\` it`);
  }
  const parsed = parse(text);
  if (!(parsed instanceof Error)) {
    if (!parsed.isPrivateKey()) return unusable(file, "holds no private key");
    return { kind: "private", file, key: parsed, publicKey: parsed.getPublicSSH() };
  }
  if (!/encrypted|passphrase/i.test(parsed.message)) return unusable(file, `can not be used: ${parsed.message}`);
  const lockedKey = publicPart(text) ?? (await readPublicHalf(file));
  if (lockedKey === undefined)
    return unusable(file, "is protected by a passphrase, and there is no .pub file beside it");
  return { kind: "public", file, publicKey: lockedKey, encrypted: true };
}

function unusable(file: string, problem: string): Identity {
  return { kind: "unusable", file, problem, missing: false };
}

/** A private key may live in the agent alone, with only its `.pub` on disk. */
async function missingIdentity(file: string, error: NodeJS.ErrnoException): Promise<Identity> {
  if (error.code !== "ENOENT") return unusable(file, `can not be read: ${error.code ?? error.message}`);
  const publicKey = await readPublicHalf(file);
  if (publicKey !== undefined) return { kind: "public", file, publicKey, encrypted: false };
  return { kind: "unusable", file, problem: "does not exist", missing: true };
}

async function readPublicHalf(file: string): Promise<KeyBlob | undefined> {
  return parsePublicKey(await readFile(`${file}.pub`, "utf8").catch(() => ""));
}

function parse(text: string): ParsedKey | Error {
  const parsed: ParsedKey | Error | ParsedKey[] = utils.parseKey(text);
  return Array.isArray(parsed) ? (parsed[0] ?? new Error("no key in it")) : parsed;
}

/**
 * The public key inside an encrypted file of OpenSSH's own format, where it stands in the clear:
 * `openssh-key-v1\0`, cipher, kdf, kdf options, number of keys, public key (openssh's PROTOCOL.key).
 */
export function publicPart(text: string): KeyBlob | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const data = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (data.toString("latin1", 0, magic.length) !== magic) return undefined;
  try {
    let at = magic.length;
    for (let field = 0; field < 3; field++) at += 4 + data.readUInt32BE(at);
    at += 4;
    const key = data.subarray(at + 4, at + 4 + data.readUInt32BE(at));
    return keyType(key) === "" ? undefined : key;
  } catch {
    return undefined;
  }
}
