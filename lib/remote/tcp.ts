import { isIP, Socket } from "node:net";
import { UserError } from "../model/user-error";
import type { Deadline } from "./deadline";
import { describeHop, type Hop } from "./hop";

/** How long one of several addresses of a name is tried before the next, in ms. Node's 250 ms give up on slow links. */
const attemptTimeoutMs = 2500;

/**
 * A new TCP connection to the first hop.
 *
 * @throws UserError `name-not-found`, `connection-refused`, `connection-timeout`, `host-unreachable`, `interrupted`
 */
export async function openTcp(hop: Hop, deadline: Deadline): Promise<Socket> {
  const socket = new Socket();
  const opened = new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (error) => reject(tcpError(hop, error)));
  });
  socket.setNoDelay(true);
  socket.connect({
    host: hop.host,
    port: hop.port,
    family: hop.family,
    autoSelectFamily: hop.family === 0 && isIP(hop.host) === 0,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
  });
  try {
    await deadline.guard(opened, () => tcpTimeout(hop));
    return socket;
  } catch (error) {
    // After `destroy` a late error may still be reported, and would end the process if nobody listened.
    socket.on("error", () => undefined);
    socket.destroy();
    throw error;
  }
}

const unreachable = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EACCES",
  "EPERM",
]);

/** The user's error for what the kernel, or the resolver, said. Where several addresses were tried, the last one counts. */
export function tcpError(hop: Hop, error: NodeJS.ErrnoException): UserError {
  const attempts: readonly NodeJS.ErrnoException[] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  const cause = attempts.at(-1) ?? error;
  const code = cause.code ?? "";
  if (["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"].includes(code)) {
    const help =
      code === "EAI_AGAIN"
        ? "The name servers of this machine did not answer: check its network, or give an IP address."
        : "Check the spelling of `address` in the inventory and HostName in ssh_config, or give an IP address.";
    return new UserError("name-not-found", `No address is known for \`${hop.host}\` (${describeHop(hop)})`, help);
  }
  if (code === "ECONNREFUSED") {
    return new UserError(
      "connection-refused",
      `${describeHop(hop)} refused the connection`,
      "The machine answers, but nothing listens on this port, or a firewall rejects it: check `port`, and whether sshd runs.",
    );
  }
  if (code === "ETIMEDOUT") return tcpTimeout(hop);
  if (unreachable.has(code)) {
    return new UserError(
      "host-unreachable",
      `${describeHop(hop)} can not be reached: ${cause.message}`,
      "Check the address, the routes and this machine's own firewall, and whether a VPN or a jump host is needed.",
    );
  }
  return new UserError("connection-failed", `Connecting to ${describeHop(hop)} failed: ${cause.message}`);
}

function tcpTimeout(hop: Hop): UserError {
  return new UserError(
    "connection-timeout",
    `${describeHop(hop)} did not answer within ${hop.connectTimeoutSeconds} s`,
    "The machine is down, or a firewall drops the packets on the way. `connectTimeout` gives more time to slow links.",
  );
}
