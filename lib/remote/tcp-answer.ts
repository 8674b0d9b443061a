import { Socket } from "node:net";
import type { Client } from "ssh2";

/** What became of one attempt to open a TCP connection. */
export type TcpAnswer =
  | { readonly kind: "open" }
  /** By a reset, or by ICMP's port unreachable: a closed port and a firewall that rejects look the same. */
  | { readonly kind: "refused" }
  | { readonly kind: "silent" }
  /** A router or a firewall said so, or there is no way. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** No packet was sent. */
  | { readonly kind: "not-sent"; readonly why: string };

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, 5.1) */
const PROHIBITED = 1;

/** Opens a connection from this machine, and closes it at once. */
export function askTcp(address: string, port: number, seconds: number): Promise<TcpAnswer> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (answer: TcpAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ kind: "silent" }), seconds * 1000);
    socket.once("connect", () => end({ kind: "open" }));
    socket.on("error", (error) => end(answerOf(error)));
    socket.connect({ host: address, port, autoSelectFamily: true });
  });
}

/** The same from the machine that a client is logged in on, by its sshd: no tool is needed there. */
export function askTcpThrough(client: Client, address: string, port: number, seconds: number): Promise<TcpAnswer> {
  return new Promise((resolve) => {
    // Given up: sshd itself would wait as long as its kernel does.
    const timer = setTimeout(() => resolve({ kind: "silent" }), seconds * 1000);
    client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
      clearTimeout(timer);
      if (error === undefined) {
        channel.on("error", () => undefined);
        channel.close();
        resolve({ kind: "open" });
      } else resolve(refusalOf(error));
    });
  });
}

function answerOf(error: NodeJS.ErrnoException): TcpAnswer {
  const attempts: readonly NodeJS.ErrnoException[] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  const { code = "", message } = attempts.at(-1) ?? error;
  switch (code) {
    case "ECONNREFUSED":
    case "ECONNRESET":
      return { kind: "refused" };
    case "ETIMEDOUT":
      return { kind: "silent" };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { kind: "not-sent", why: "no address is known for the name" };
    default:
      return { kind: "unreachable", why: message };
  }
}

function refusalOf({ message, reason }: Error & { reason?: unknown }): TcpAnswer {
  const why = message.replace(/^\(SSH\) Channel open failure: /, "");
  if (reason === PROHIBITED) {
    return { kind: "not-sent", why: `its sshd forwards no connections (AllowTcpForwarding, PermitOpen): ${why}` };
  }
  if (/refused|reset/i.test(why)) return { kind: "refused" };
  if (/timed? ?out/i.test(why)) return { kind: "silent" };
  if (/unknown host|not known|No response from server/i.test(why)) return { kind: "not-sent", why };
  return { kind: "unreachable", why };
}
