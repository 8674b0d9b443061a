import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { UserError } from "../model/user-error";
import type { Deadline } from "./deadline";
import { describeHop, type Hop } from "./hop";

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, 5.1) */
const prohibited = 1;

/**
 * A stream from a jump host to the next hop, opened by the jump host's sshd.
 *
 * @throws UserError `jump-refused`, and as for a direct connection
 */
export function openThroughJump(jump: Client, from: Hop, to: Hop, deadline: Deadline): Promise<Duplex> {
  const opened = new Promise<Duplex>((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) => {
      if (error) return reject(refused(from, to, error));
      channel.on("error", () => undefined);
      resolve(channel);
    });
  });
  return deadline.guard(opened, () => timedOut(from, to));
}

function refused(from: Hop, to: Hop, error: Error & { reason?: unknown }): UserError {
  const reason = error.message.replace(/^\(SSH\) Channel open failure: /, "");
  const sentence = `${describeHop(to)} can not be reached from ${describeHop(from)}: ${reason}`;
  // What ssh2 says to all that waits when a connection ends.
  if (reason === "No response from server") {
    return new UserError(
      "connection-lost",
      `The connection to ${describeHop(from)} was lost on the way to ${describeHop(to)}`,
    );
  }
  if (error.reason === prohibited) {
    return new UserError(
      "jump-refused",
      `${describeHop(from)} does not forward to ${describeHop(to)}: ${reason}`,
      "Its sshd forbids it, or it does not know the name: see AllowTcpForwarding and PermitOpen in its sshd_config.",
    );
  }
  if (/refused/i.test(reason)) {
    return new UserError("connection-refused", sentence, "Check `port`, and whether sshd runs on the far machine.");
  }
  if (/timed? ?out/i.test(reason)) return timedOut(from, to);
  return new UserError(
    "host-unreachable",
    sentence,
    "The jump host looks up the name and finds the way: check both from there.",
  );
}

function timedOut(from: Hop, to: Hop): UserError {
  return new UserError(
    "connection-timeout",
    `${describeHop(to)} did not answer to ${describeHop(from)} within ${to.connectTimeoutSeconds} s`,
    "The machine is down, or a firewall between the jump host and it drops the packets.",
  );
}
