/**
 * One machine on the way to a host, the host itself included, with all that connecting to it takes.
 * Every path is absolute and every default filled in: nothing is looked up in the user's settings after this.
 */
export interface Hop {
  readonly role: "host" | "jump host";
  /** As the user wrote it. */
  readonly alias: string;
  /** The DNS name or IP address that is connected to. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** 4 or 6 where only this family may be used; 0 for both. */
  readonly family: 0 | 4 | 6;
  /** The name that known_hosts is searched for: the host's, or ssh_config's HostKeyAlias. */
  readonly hostKeyName: string;
  /** Fingerprints or public keys. Where there are any, known_hosts files do not count. */
  readonly pinnedHostKeys: readonly string[];
  readonly knownHostsFiles: readonly string[];
  readonly identityFiles: readonly string[];
  /** Whether the user named the identity files; the usual ones may be missing without a word. */
  readonly identityFilesNamed: boolean;
  /** Whether the agent's other keys stay untried. */
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  readonly connectTimeoutSeconds: number;
}

/** `203.0.113.5 port 22`, with the name that the user knows it by where that is another one. */
export function describeHop(hop: Hop): string {
  const where = `${hop.host} port ${hop.port}`;
  const name = hop.alias === hop.host ? where : `${hop.alias} (${where})`;
  return hop.role === "host" ? name : `jump host ${name}`;
}
