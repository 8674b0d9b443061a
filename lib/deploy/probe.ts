import { execFile } from "node:child_process";
import { show } from "../model/findings";
import { printOrigin } from "../model/origin";
import type { Probe } from "../model/probe";
import { UserError } from "../model/user-error";
import { askTcp, quote, type Connection } from "../remote";

/** Seconds that an answer may take. */
const ANSWER_SECONDS = 3;

/** How often what must be accepted is asked before it counts as refused: a packet may be lost. */
const ASKED = 2;

/** What became of a probe: nothing where it holds. */
export interface ProbeResult {
  readonly failed?: string;
  /** Why nobody could tell. */
  readonly unasked?: string;
}

/**
 * Sends one probe and holds it against what is expected: from the deployer, or from the host that `sender` is logged in
 * on, by its sshd.
 *
 *     answer            accepted                               refused
 *     connection        holds                                  fails
 *     reset             holds, unless something listens        holds
 *     silence, ICMP     fails                                  holds
 */
export async function ask(probe: Probe, sender: Connection | undefined, target: Connection): Promise<ProbeResult> {
  let result: ProbeResult = {};
  for (let asked = 0; asked < ASKED; asked++) {
    result = await askOnce(probe, sender, target);
    if (result.failed === undefined || probe.verdict === "refused") return result;
  }
  return result;
}

async function askOnce(probe: Probe, sender: Connection | undefined, target: Connection): Promise<ProbeResult> {
  switch (probe.protocol) {
    case "tcp":
      return askByTcp(probe, sender, target);
    case "icmp":
      return askByPing(probe, sender);
    case "udp":
      return { unasked: "UDP gives no answer that tells a firewall from a silent service" };
  }
}

async function askByTcp(probe: Probe, sender: Connection | undefined, target: Connection): Promise<ProbeResult> {
  const { address, port = 0 } = probe;
  const answer = await (sender?.askTcp(address, port, ANSWER_SECONDS) ?? askTcp(address, port, ANSWER_SECONDS));
  const isAccepted = probe.verdict === "accepted";
  switch (answer.kind) {
    case "open":
      return isAccepted ? {} : { failed: "a connection came to be" };
    case "refused":
      return isAccepted && (await listens(target, port))
        ? { failed: `it was refused, and something listens on port ${port}` }
        : {};
    case "silent":
      return isAccepted ? { failed: `no answer came within ${ANSWER_SECONDS} s` } : {};
    case "unreachable":
      return isAccepted ? { failed: answer.why } : {};
    case "not-sent":
      return { unasked: answer.why };
  }
}

/** By the `ping` of whoever sends. */
async function askByPing(probe: Probe, sender: Connection | undefined): Promise<ProbeResult> {
  const words = ["ping", "-c", "1", "-W", String(ANSWER_SECONDS), probe.address];
  const code = sender === undefined ? await run(words) : (await sender.runAsRoot(words.map(quote).join(" "))).code;
  if (code === 0) return probe.verdict === "accepted" ? {} : { failed: "an echo reply came" };
  if (code === 1) return probe.verdict === "refused" ? {} : { failed: "no echo reply came" };
  return { unasked: "there is no `ping` that works" };
}

function run([file = "", ...args]: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = execFile(file, args, () => resolve(child.exitCode));
  });
}

/** Whether a socket of the host listens on a port, on any address: state 0A in the kernel's own lists. */
async function listens(target: Connection, port: number): Promise<boolean> {
  const { stdout } = await target.run("cat /proc/net/tcp /proc/net/tcp6 2>/dev/null");
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return new RegExp(`^ *\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, "m").test(stdout);
}

/** `https  ext → host, asked by app-1 (fleet.ts:14)` */
export function probeInWords({ words, by, origin }: Probe): string {
  return `${show(words)}, asked by ${by.kind === "deployer" ? "the deployer" : show(by.name)} (${printOrigin(origin)})`;
}

export function probesFailed(failures: readonly { probe: Probe; failed: string }[]): UserError {
  const told = failures.map(({ probe, failed }) => `${probeInWords(probe)}, was to be ${probe.verdict}: ${failed}`);
  const more = told.length > 3 ? `; and ${told.length - 3} more` : "";
  return new UserError(
    "probe-failed",
    `with the new rules in place ${told.slice(0, 3).join("; ")}${more}`,
    "The rules of before stand again. `cdkfw trace` tells which rule decides; is the other host's own firewall in the way?",
  );
}
