import type { Bundle } from "../bundle/format";
import { neighbourOf } from "../bundle/read";
import type { Probe } from "../model/probe";
import { UserError } from "../model/user-error";
import type { connect, Connection, ConnectionOptions } from "../remote";
import { ask, probeInWords, probesFailed, type ProbeResult } from "./probe";
import { sideBySide } from "./side-by-side";

/** Probes of one host at the same time. */
const WIDTH = 10;

/**
 * Asks all that a host's policy expects of it while its new rules stand. Returns what could not be asked, in words.
 * @param target a login on the host itself
 * @throws UserError `probe-failed` with what does not hold
 */
export async function askAll(
  bundle: Bundle,
  target: Connection,
  open: typeof connect,
  options: ConnectionOptions = {},
): Promise<string[]> {
  const { probes } = bundle.manifest;
  const names = [...new Set(probes.flatMap(({ by }) => (by.kind === "host" ? [by.name] : [])))];
  const senders = new Map<string, Connection | UserError>();
  try {
    await sideBySide(names, WIDTH, async (name) => {
      senders.set(name, await login(bundle, name, open, options));
    });
    const results = await sideBySide(probes, WIDTH, async (probe) => ({
      probe,
      ...(await askBy(senderOf(probe, senders), probe, target)),
    }));
    const failures = results.flatMap(({ probe, failed }) => (failed === undefined ? [] : [{ probe, failed }]));
    if (failures.length > 0) throw probesFailed(failures);
    return results.flatMap(({ probe, unasked }) =>
      unasked === undefined ? [] : [`not asked: ${probeInWords(probe)}: ${unasked}`],
    );
  } finally {
    for (const sender of senders.values()) if (!(sender instanceof UserError)) sender.close();
  }
}

type Sender = Connection | UserError | undefined;

function senderOf({ by }: Probe, senders: ReadonlyMap<string, Connection | UserError>): Sender {
  return by.kind === "deployer" ? undefined : senders.get(by.name);
}

/** A host that can not be reached is no reason to take back another one's rules. */
async function askBy(sender: Sender, probe: Probe, target: Connection): Promise<ProbeResult> {
  return sender instanceof UserError ? { unasked: sender.message } : ask(probe, sender, target);
}

async function login(
  { folder }: Bundle,
  name: string,
  open: typeof connect,
  options: ConnectionOptions,
): Promise<Connection | UserError> {
  try {
    const neighbour = neighbourOf(folder, name);
    return await open(neighbour.manifest.target, { baseDir: neighbour.folder, ...options });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
