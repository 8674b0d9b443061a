import type { AnyAuthMethod, ParsedKey } from "ssh2";
import { UserError } from "../model/user-error";
import { agentKeys, type AgentKey } from "./agent";
import { describeHop, type Hop } from "./hop";
import { readIdentity, type Identity } from "./identities";
import { fingerprint } from "./public-key";

/** One key to be tried, and what to call it. */
interface Attempt {
  readonly label: string;
  readonly method: AnyAuthMethod;
}

/** The keys for a hop in the order of trying, and notes on those that can not be tried. */
export interface Credentials {
  readonly attempts: readonly Attempt[];
  readonly notes: readonly string[];
  /** Encrypted key files that no agent holds. */
  readonly locked: readonly string[];
}

/**
 * Gathers the keys: first the identity files in their order, each by the agent where that holds it, then the agent's
 * other keys unless IdentitiesOnly says no.
 */
export async function credentials(hop: Hop): Promise<Credentials> {
  const notes: string[] = [];
  const [identities, inAgent] = await Promise.all([
    Promise.all(hop.identityFiles.map(readIdentity)),
    hop.agentSocket === undefined
      ? []
      : agentKeys(hop.agentSocket).catch((error: Error) => {
          notes.push(`the agent at ${hop.agentSocket ?? ""} can not be asked: ${error.message}`);
          return [];
        }),
  ]);
  if (hop.agentSocket === undefined) notes.push("no agent (SSH_AUTH_SOCK is not set)");
  const locked: string[] = [];
  const listed = identities.flatMap((identity) => {
    const attempt = attemptWith(hop, identity, inAgent);
    if (attempt !== undefined) return [attempt];
    if (identity.kind === "public") {
      if (identity.encrypted) locked.push(identity.file);
      else notes.push(`${identity.file}: its private key is neither in the agent nor beside it`);
    }
    if (identity.kind === "unusable" && (hop.identityFilesNamed || !identity.missing)) {
      notes.push(`${identity.file} ${identity.problem}`);
    }
    return [];
  });
  const others = hop.identitiesOnly ? [] : inAgent.filter(({ key }) => !identities.some((one) => isKey(one, key)));
  const attempts = [...listed, ...others.map((held) => byAgent(hop, held, held.key.comment))];
  return {
    attempts: attempts.filter((one, index) => attempts.findIndex((o) => o.label === one.label) === index),
    notes,
    locked,
  };
}

function attemptWith(hop: Hop, identity: Identity, inAgent: readonly AgentKey[]): Attempt | undefined {
  const held = inAgent.find(({ key }) => isKey(identity, key));
  if (held !== undefined) return byAgent(hop, held, identity.file);
  if (identity.kind !== "private") return undefined;
  const label = `${identity.file} (${fingerprint(identity.publicKey)})`;
  return { label, method: { type: "publickey", username: hop.user, key: identity.key } };
}

function byAgent(hop: Hop, { agent, key }: AgentKey, name: string): Attempt {
  const label = `${name} by the agent (${fingerprint(key.getPublicSSH())})`;
  return { label, method: { type: "agent", username: hop.user, agent } };
}

function isKey(identity: Identity, key: ParsedKey): boolean {
  return identity.kind !== "unusable" && identity.publicKey.equals(key.getPublicSSH());
}

/** What is told when no key let us in. `offered` are the methods that the server would still take, if it said so. */
export function authenticationFailed(
  hop: Hop,
  { attempts, notes, locked }: Credentials,
  outcome: { tried: readonly string[]; offered: readonly string[] | undefined; partial: boolean; reason?: string },
): UserError {
  const facts = [
    outcome.tried.length > 0 ? `tried: ${outcome.tried.join(", ")}` : "there was no key to try",
    ...locked.map((file) => `${file} is protected by a passphrase, and the agent does not hold it`),
    ...notes,
    ...(outcome.offered === undefined ? [] : [`the server takes: ${outcome.offered.join(", ")}`]),
    ...(outcome.reason === undefined ? [] : [`the server said: ${outcome.reason}`]),
  ];
  const message = `${describeHop(hop)} did not let the user \`${hop.user}\` in; ${facts.join("; ")}`;
  return new UserError("authentication-failed", message, cure());

  function cure(): string {
    if (outcome.partial) {
      return "A key was accepted, but the server wants a second proof besides, which cdkfw can not give: allow this user in by a key alone.";
    }
    if (/too many/i.test(outcome.reason ?? "")) {
      return "The server allows fewer attempts than there are keys: name the right one in `identityFiles`, it is tried first.";
    }
    if (locked.length > 0) return `Unlock it for this session: \`ssh-add ${locked.join(" ")}\``;
    if (outcome.offered !== undefined && !outcome.offered.includes("publickey")) {
      return "The server takes no keys from this user, and cdkfw uses nothing else: see PubkeyAuthentication in its sshd_config.";
    }
    if (attempts.length === 0) return "Name a key in `identityFiles` of the inventory, or load one: `ssh-add FILE`";
    return `Check \`user\` and the key; its public half belongs into ~${hop.user}/.ssh/authorized_keys on that machine: \`ssh-copy-id -i KEY ${hop.user}@${hop.host}\``;
  }
}
