import type { Duplex } from "node:stream";
import { Client, type AuthenticationType } from "ssh2";
import { UserError } from "../model/user-error";
import { authenticationFailed, type Credentials } from "./authentication";
import type { Deadline } from "./deadline";
import { describeHop, type Hop } from "./hop";
import type { HostKeyCheck } from "./host-keys";

export { credentials } from "./authentication";

/** The server closed the connection before it said a word, as sshd does when too many logins are under way. */
export class ClosedAtOnce extends UserError {}

/**
 * Handshake, verification of the host key and authentication on an open stream.
 * When it rejects, the stream is destroyed.
 *
 * @throws UserError `unknown-host-key`, `changed-host-key`, `revoked-host-key`, `authentication-failed`,
 * `handshake-failed`, `handshake-timeout`, `connection-lost`, `interrupted`
 */
export async function login(
  stream: Duplex,
  hop: Hop,
  check: HostKeyCheck,
  keys: Credentials,
  keepaliveSeconds: number,
  deadline: Deadline,
): Promise<Client> {
  // It may have been closed while the keys were read.
  if (!stream.writable) throw closedAtOnce(hop, undefined);
  const client = new Client();
  let phase = "answer as an SSH server";
  let greeted = false;
  let said = "";
  let refusal: UserError | undefined;
  let cause: Error | undefined;
  const tried: string[] = [];
  const remaining = [...keys.attempts];
  let offered: readonly string[] | undefined;
  let partialSuccess = false;

  const failure = (): UserError => {
    if (refusal !== undefined) return refusal;
    const reason = cause?.message;
    if (phase === "finish the login" && isDisconnect(cause)) {
      return authenticationFailed(hop, keys, { tried, offered, partial: partialSuccess, ...(reason && { reason }) });
    }
    if (!greeted && isEnd(cause)) return closedAtOnce(hop, said.trim() || reason);
    if (cause !== undefined && !isEnd(cause) && phase !== "finish the login")
      return handshakeFailed(hop, cause.message);
    return new UserError(
      "connection-lost",
      `${describeHop(hop)} closed the connection before the login was done${reason === undefined ? "" : `: ${reason}`}`,
      "Look into the log of sshd on that machine (`journalctl -u ssh`) for the reason.",
    );
  };

  const nextAttempt = (left: AuthenticationType[] | null, partial: boolean | null) => {
    if (left !== null) offered = left;
    if (partial === true) partialSuccess = true;
    const attempt = remaining.shift();
    if (attempt !== undefined) {
      tried.push(attempt.label);
      return attempt.method;
    }
    // ssh2 does not tell which methods are left after an agent's key failed: asking with `none` does.
    if (offered === undefined) {
      offered = [];
      return { type: "none" as const, username: hop.user };
    }
    refusal = authenticationFailed(hop, keys, { tried, offered, partial: partialSuccess });
    return false;
  };

  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.on("handshake", () => (phase = "finish the login"));
    client.on("error", (error: Error & { level?: string }) => {
      // An agent that does not sign, or a key that can not: ssh2 goes on with the next one by itself.
      if (error.level === "agent" || (error.level === "client-authentication" && refusal === undefined)) {
        tried.push(`(${error.message})`);
        return;
      }
      cause ??= error;
      reject(failure());
    });
    client.once("close", () => reject(failure()));
    // What comes before is a farewell in plain words, such as sshd's "Exceeded MaxStartups".
    stream.on("data", (chunk: Buffer) => {
      if (greeted) return;
      said += chunk.toString("latin1");
      greeted = /^SSH-/m.test(said) || said.length > 4096;
    });
  });

  try {
    client.connect({
      sock: stream as Duplex & { destroySoon(): void } as never,
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: keepaliveSeconds * 1000,
      keepaliveCountMax: 3,
      // Elliptic curves first: they cost the least time on both sides. No compression: it costs more than it saves here.
      algorithms: { serverHostKey: check.algorithms, compress: ["none"] },
      hostVerifier: (key: Buffer) => {
        refusal = check.refusal(key);
        return refusal === undefined;
      },
      authHandler: nextAttempt as never,
    });
    await deadline.guard(ready, () => handshakeTimeout(hop, phase));
    return client;
  } catch (error) {
    client.end();
    stream.destroy();
    throw error;
  }
}

function isDisconnect(error: Error | undefined): boolean {
  return typeof (error as { code?: unknown } | undefined)?.code === "number";
}

/** Whether the other side ended it, rather than that we did not understand it. */
function isEnd(error: (Error & { code?: unknown }) | undefined): boolean {
  return error === undefined || error.code === "ECONNRESET" || /before handshake/.test(error.message);
}

function closedAtOnce(hop: Hop, reason: string | undefined): ClosedAtOnce {
  return new ClosedAtOnce(
    "handshake-failed",
    `${describeHop(hop)} took the connection and closed it at once${reason === undefined ? "" : ` (${reason})`}`,
    "Check that `port` is sshd's. A busy sshd turns away new logins: see MaxStartups and PerSourcePenalties in its sshd_config.",
  );
}

function handshakeFailed(hop: Hop, reason: string): UserError {
  const noCommon = /no matching/i.test(reason);
  return new UserError(
    "handshake-failed",
    `No secure channel to ${describeHop(hop)}: ${reason}`,
    noCommon
      ? "The server knows only algorithms that are out of use: update its OpenSSH, or make it an Ed25519 host key (`ssh-keygen -A`)."
      : "Check that `port` is sshd's, and that nothing on the way changes the data.",
  );
}

function handshakeTimeout(hop: Hop, phase: string): UserError {
  return new UserError(
    "connection-timeout",
    `${describeHop(hop)} took the connection, but did not ${phase} within ${hop.connectTimeoutSeconds} s`,
    "Check that `port` is sshd's and that the machine is not overloaded. `connectTimeout` gives it more time.",
  );
}
