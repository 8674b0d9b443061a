import { createHash } from "node:crypto";

/** A public key in SSH's wire form, as it stands in base64 in known_hosts and in `.pub` files. */
export type KeyBlob = Buffer;

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(key: KeyBlob): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a key says it has: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
export function keyType(key: KeyBlob): string {
  if (key.length < 4) return "unknown";
  return key.toString("latin1", 4, 4 + key.readUInt32BE(0));
}

/** The family's name as ssh prints it: ED25519, ECDSA, RSA. */
export function keyFamily(type: string): string {
  return type.replace(/^ssh-|-sha2-nistp\d+$/g, "").toUpperCase();
}

/** The key of `TYPE BASE64 [COMMENT]`; undefined when it is none, or when its two parts contradict each other. */
export function parsePublicKey(text: string): KeyBlob | undefined {
  const [type, base64] = text.trim().split(/\s+/);
  if (type === undefined || base64 === undefined) return undefined;
  const key = Buffer.from(base64, "base64");
  return keyType(key) === type ? key : undefined;
}
