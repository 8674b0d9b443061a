import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { SshTarget } from "../model/target";
import type { Connection } from "./connection";
import { Deadline } from "./deadline";
import type { Hop } from "./hop";
import { hostKeyCheck } from "./host-keys";
import { openThroughJump } from "./jump";
import type * as Login from "./login";
import type { ConnectionOptions } from "./options";
import { resolveRoute } from "./route";
import { SshConnection } from "./ssh-connection";
import { openTcp } from "./tcp";
import { Way } from "./way";

const defaultKeepaliveSeconds = 5;
/** How often a hop that closes at once is asked again, and the pause before the first time; it doubles. */
const patience = { attempts: 5, pauseMs: 250 };

/**
 * A new TCP connection and login on a host, never a shared one: what it proves, it proves for this moment.
 *
 * @throws UserError with a code for each way to fail; docs/ssh.md lists them with their cures
 */
export async function connect(target: SshTarget, options: ConnectionOptions = {}): Promise<Connection> {
  const route = await resolveRoute(target, options);
  const keepaliveSeconds = options.keepaliveSeconds ?? defaultKeepaliveSeconds;
  let way: Way | undefined;
  let from: Hop | undefined;
  try {
    for (const hop of route.hops) {
      way = await reach(way, from, hop, keepaliveSeconds, options.signal);
      from = hop;
    }
  } catch (error) {
    way?.close();
    throw error;
  }
  if (way === undefined || from === undefined) throw new Error("a route without a hop");
  return new SshConnection(way, from, target.sudo ?? true, keepaliveSeconds);
}

/** One hop more: opens the stream, logs in, and asks again where that has a chance. */
async function reach(
  way: Way | undefined,
  from: Hop | undefined,
  hop: Hop,
  keepaliveSeconds: number,
  signal: AbortSignal | undefined,
): Promise<Way> {
  const deadline = new Deadline(hop.connectTimeoutSeconds, signal);
  const open = () => way?.socket ?? openTcp(hop, deadline);
  let opening = open();
  const [firstCheck, { ClosedAtOnce, login, keys }] = await Promise.all([
    hostKeyCheck(hop),
    prepareLogin(hop),
    opening,
  ]);
  let check = firstCheck;
  let refusal: Error | undefined;
  for (let attempt = 1; ; attempt++) {
    const socket = await opening;
    const stream =
      way === undefined || from === undefined ? socket : await openThroughJump(way.client, from, hop, deadline);
    try {
      const client = await login(stream, hop, check, keys, keepaliveSeconds, deadline);
      const reached = way ?? new Way(socket);
      reached.add(client, stream);
      return reached;
    } catch (error) {
      if (check.retry !== undefined) {
        refusal = error as Error;
        check = check.retry;
      } else if (error instanceof ClosedAtOnce && attempt < patience.attempts) {
        const pause = patience.pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random());
        if (pause >= deadline.remainingMs) throw error;
        await deadline.guard(sleep(pause), () => error);
      } else {
        // The server has no key of another type: what it showed before is what it has.
        throw refusal ?? error;
      }
    }
    opening = open();
  }
}

/** Reads the keys, and loads what speaks SSH: it takes about as long as a network to answer, so the first packet goes before it. */
async function prepareLogin(hop: Hop) {
  await setImmediate();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const { ClosedAtOnce, credentials, login } = require("./login") as typeof Login;
  return { ClosedAtOnce, login, keys: await credentials(hop) };
}
