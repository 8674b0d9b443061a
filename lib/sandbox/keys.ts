import { utils } from "ssh2";

/**
 * A new Ed25519 key pair in OpenSSH's format. ssh2's generator now and then (1 time in 100) prints a private key that
 * nobody can read, itself included: another one is made then.
 */
export function newKeyPair(comment: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const keys = utils.generateKeyPairSync("ed25519", { comment });
    if (!(utils.parseKey(keys.private) instanceof Error)) return keys;
  }
}
