import type { ServerHostKeyAlgorithm } from "ssh2";
import type { UserError } from "../model/user-error";
import type { Hop } from "./hop";
import { changedHostKey, revokedHostKey, unknownHostKey, unpinnedHostKey } from "./host-key-errors";
import { knownHostsName, namesHost, readKnownHosts, type KnownHost } from "./known-hosts";
import { fingerprint, keyType, parsePublicKey, type KeyBlob } from "./public-key";

/** Which host keys a hop may show. There is no way to accept another one, and none to skip the question. */
export interface HostKeyCheck {
  /** Offered to the server in this order; those of known keys first, so that a known key is not missed for an unknown one. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /** Why this key is refused; undefined when it is accepted. */
  refusal(presented: KeyBlob): UserError | undefined;
  /** The check to repeat the handshake with, when another of the server's keys may be the expected one. */
  readonly retry: HostKeyCheck | undefined;
}

/** Best first. SHA-1 signatures (`ssh-rsa`) are left out, as OpenSSH does since 8.8. */
const algorithmsByType: ReadonlyMap<string, readonly ServerHostKeyAlgorithm[]> = new Map([
  ["ssh-ed25519", ["ssh-ed25519"]],
  ["ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]],
  ["ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]],
  ["ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]],
  ["ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]],
]);

export async function hostKeyCheck(hop: Hop): Promise<HostKeyCheck> {
  if (hop.pinnedHostKeys.length > 0) return pinned(hop, []);
  return known(hop, await readKnownHosts(hop.knownHostsFiles));
}

function known(hop: Hop, entries: readonly KnownHost[]): HostKeyCheck {
  const named = (name: string) =>
    entries.filter((entry) => entry.marker !== "cert-authority" && namesHost(entry.names, name));
  const ofHost = named(knownHostsName(hop.hostKeyName, hop.port));
  // As ssh does: an entry without a port vouches for the host on any port, but says nothing against another key there.
  const ofOtherPort = hop.port === 22 ? [] : named(knownHostsName(hop.hostKeyName, 22));
  const trusted = ofHost.filter((entry) => entry.marker === undefined);
  const vouching = [...trusted, ...ofOtherPort.filter((entry) => entry.marker === undefined)];
  return {
    algorithms: algorithmsFor(vouching.map((entry) => entry.key)),
    retry: undefined,
    refusal(presented) {
      const same = (entry: KnownHost) => entry.key.equals(presented);
      const revoked = [...ofHost, ...ofOtherPort].find((entry) => entry.marker === "revoked" && same(entry));
      if (revoked !== undefined) return revokedHostKey(hop, presented, revoked);
      if (vouching.some(same)) return undefined;
      return trusted.length > 0 ? changedHostKey(hop, presented, trusted) : unknownHostKey(hop, presented);
    },
  };
}

/**
 * A fingerprint does not tell its key's type, and a server shows only one key per handshake. So when the one that it
 * shows is not pinned, the handshake is repeated without that type, until a pin is met or the server has no other key.
 */
function pinned(hop: Hop, seen: readonly KeyBlob[]): HostKeyCheck {
  const keys = hop.pinnedHostKeys.flatMap((pin) => parsePublicKey(pin) ?? []);
  const prints = new Set(hop.pinnedHostKeys.map((pin) => pin.replace(/=+$/, "")));
  const seenTypes = new Set(seen.map(keyType));
  const check = {
    algorithms: algorithmsFor(keys, seenTypes),
    retry: undefined as HostKeyCheck | undefined,
    refusal(presented: KeyBlob) {
      if (keys.some((key) => key.equals(presented)) || prints.has(fingerprint(presented))) return undefined;
      const all = [...seen, presented];
      const next = pinned(hop, all);
      if (next.algorithms.length > 0 && !seenTypes.has(keyType(presented))) check.retry = next;
      return unpinnedHostKey(hop, all);
    },
  };
  return check;
}

function algorithmsFor(keys: readonly KeyBlob[], without: ReadonlySet<string> = new Set()): ServerHostKeyAlgorithm[] {
  const types = new Set([...keys.map(keyType), ...algorithmsByType.keys()]);
  return [...types].filter((type) => !without.has(type)).flatMap((type) => algorithmsByType.get(type) ?? []);
}
