import { setTimeout as pause } from "node:timers/promises";
import type { Bundle } from "../bundle/format";
import { UserError } from "../model/user-error";
import { connect, type Connection, type ConnectionOptions } from "../remote";
import type { SshTarget } from "../model/target";
import { whole } from "./call";
import { newChange, type Change } from "./change";
import { errorOf } from "./host-errors";
import { STEPS, type Ending, type Outcome, type Step } from "./outcome";
import { parcel } from "./parcel";
import { parseLine, parseReply, told } from "./protocol";
import { endingOf, settle, type Settled } from "./settle";

export interface HandshakeOptions {
  /** Seconds within which the change must be confirmed. @default 30 */
  readonly windowSeconds?: number;
  /** Apply even what stands already. @default false */
  readonly force?: boolean;
  /** Instead of what the bundle says about the way to the host. */
  readonly overrides?: Partial<SshTarget>;
  readonly connection?: ConnectionOptions;
  readonly onStep?: (step: Step) => void;
}

export const DEFAULT_WINDOW_SECONDS = 30;

/** Seconds for the first connection to bring the texts over and apply them. */
const APPLY_SECONDS = 120;

/** Seconds after the deadline in which the host is still asked how it ended: its rollback may be retried three times. */
const GRACE_SECONDS = 20;

/** A refused connection is tried anew, since a host under load may refuse one; this often, a second apart. */
const QUICK_FAILURES = 3;

/**
 * Brings one bundle to its host:
 *
 *     connection 1   lock, check, stage, arm, apply          the host's timer runs from `arm` on
 *     connection 2   (that it comes to be is the proof)      confirm
 *
 * Every way to fail ends in a known state of the host: nothing changed, the new rules, or those of before.
 */
export async function deployHost(bundle: Bundle, options: HandshakeOptions = {}): Promise<Outcome> {
  const started = performance.now();
  const { host, generation } = bundle.manifest;
  const { ending, error } = await new Handshake(bundle, options).run().catch(asFailure);
  const seconds = Math.round(performance.now() - started) / 1000;
  return {
    host,
    generation,
    outcome: ending,
    ...(error && {
      error: { code: error.code, message: error.message, ...(error.help !== undefined && { help: error.help }) },
    }),
    seconds,
  };
}

class Handshake {
  private readonly change: Change;
  private readonly target: SshTarget;
  /** When the host's timer fires at the latest, by this machine's monotonic clock; known once it may be armed. */
  private deadline = Infinity;
  /** Whether the host has said that the new rules stand. */
  private stood = false;

  constructor(
    private readonly bundle: Bundle,
    private readonly options: HandshakeOptions,
  ) {
    this.target = { ...bundle.manifest.target, ...options.overrides };
    this.change = newChange({
      windowSeconds: options.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
      sshPort: this.target.port ?? 22,
      force: options.force ?? false,
    });
  }

  async run(): Promise<Settled> {
    this.step("connect");
    const first = await this.connect();
    try {
      const applied = await this.apply(first);
      return applied ?? (await this.proveAndConfirm(first));
    } finally {
      first.close();
    }
  }

  /** Nothing is returned where the change may stand now, and is to be proven. */
  private async apply(connection: Connection): Promise<Settled | undefined> {
    const { command, stdin } = parcel(this.bundle, this.change);
    const { nonce, windowSeconds } = this.change;
    this.deadline = performance.now() + (APPLY_SECONDS + windowSeconds) * 1000;
    const onStdoutLine = (line: string): void => {
      const said = parseLine(line, nonce);
      const step = said?.keyword === "step" ? STEPS.find((known) => known === said.rest) : undefined;
      if (step !== undefined) this.step(step);
      if (said?.keyword !== "result" || said.rest !== "applied") return;
      this.deadline = performance.now() + windowSeconds * 1000;
      this.stood = true;
      applied();
    };
    let applied: () => void = () => undefined;
    const stands = new Promise<undefined>((resolve) => (applied = () => resolve(undefined)));
    const run = connection.runAsRoot(command, { stdin, timeoutSeconds: APPLY_SECONDS, onStdoutLine });
    const ended = run.catch((error: unknown) => {
      if (isUserError(error) && !error.code.startsWith("sudo-")) return undefined;
      throw error;
    });
    // What the host does after it said so is no reason to wait.
    const result = await Promise.race([stands, ended]);
    // The rules stand; or the connection broke, and only the host knows how far it came.
    if (result === undefined) return undefined;
    const reply = whole(parseReply(result.stdout, nonce), result);
    if (reply.end === 3) return { ending: endingOf(told(reply, "result") ?? ""), ...withError(errorOf(reply)) };
    if (reply.end !== 0) return { ending: "failed", ...withError(errorOf(reply, result.stderr)) };
    return told(reply, "result") === "unchanged" ? { ending: "unchanged" } : undefined;
  }

  /** The proof: a login that was not there before. Answers to an older one pass by conntrack and prove nothing. */
  private async proveAndConfirm(first: Connection): Promise<Settled> {
    this.step("prove");
    let second: Connection;
    try {
      second = await this.connectWithin(this.change.windowSeconds / 2);
    } catch (error) {
      return { ...(await this.giveUp(first)), error: notProven(error) };
    }
    try {
      this.step("confirm");
      const settled = await this.settle(second, "confirm");
      if (settled.ending !== "unknown") return settled;
    } catch {
      // Lost on the way: the host knows whether it heard the confirmation.
    } finally {
      second.close();
    }
    return this.askUntilItEnds("confirm");
  }

  private async connectWithin(seconds: number): Promise<Connection> {
    const end = performance.now() + seconds * 1000;
    for (let failures = 1; ; failures++) {
      try {
        return await this.connect(Math.max(1, (end - performance.now()) / 1000));
      } catch (error) {
        if (failures >= QUICK_FAILURES || performance.now() + 1000 > end || isAboutKeys(error)) throw error;
        await pause(1000);
      }
    }
  }

  /** At once by the first connection, which conntrack may keep alive; else the timer does it, and the host is asked. */
  private async giveUp(first: Connection): Promise<Settled> {
    this.step("rollback");
    try {
      const settled = await this.settle(first, "rollback");
      if (settled.ending !== "unknown") return settled;
    } catch {
      // The first connection is dead as well.
    }
    return this.askUntilItEnds("rollback");
  }

  private async askUntilItEnds(wish: "confirm" | "rollback"): Promise<Settled> {
    const until = this.deadline + GRACE_SECONDS * 1000;
    let last: UserError | undefined;
    do {
      let connection: Connection | undefined;
      try {
        connection = await this.connect(Math.min(5, this.change.windowSeconds));
        const settled = await this.settle(connection, wish);
        if (settled.ending !== "unknown") return settled;
        last = settled.error;
      } catch (error) {
        if (!isUserError(error)) throw error;
        last = error;
      } finally {
        connection?.close();
      }
      await pause(1000);
    } while (performance.now() < until);
    return { ending: "unknown", error: unreachable(last) };
  }

  private async settle(connection: Connection, wish: "confirm" | "rollback"): Promise<Settled> {
    const settled = await settle(connection, wish, this.change.nonce);
    // It forgets a change only by a restart, and boots what was committed before.
    return settled.ending === "failed" && this.stood ? { ending: "rolled-back", error: restarted() } : settled;
  }

  private connect(timeoutSeconds?: number): Promise<Connection> {
    const limit =
      timeoutSeconds === undefined
        ? {}
        : { connectTimeout: Math.min(timeoutSeconds, this.target.connectTimeout ?? timeoutSeconds) };
    return connect({ ...this.target, ...limit }, { baseDir: this.bundle.folder, ...this.options.connection });
  }

  private step(step: Step): void {
    this.options.onStep?.(step);
  }
}

function notProven(error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error);
  return new UserError(
    "not-proven",
    `with the new rules in place no new SSH connection came to be: ${why}`,
    "The rules of before stand again. Does the policy accept SSH from where you deploy?",
  );
}

function restarted(): UserError {
  return new UserError(
    "restarted",
    "the host was restarted before the change was confirmed",
    "It booted with the rules of before. Deploy again.",
  );
}

function unreachable(last: UserError | undefined): UserError {
  return new UserError(
    "outcome-unknown",
    `the host could not be asked how the change ended${last === undefined ? "" : `: ${last.message}`}`,
    "Its own timer brings back the rules of before. `cdkfw status` tells when it answers again.",
  );
}

function asFailure(error: unknown): { ending: Ending; error: UserError } {
  if (isUserError(error)) return { ending: "failed", error };
  throw error;
}

function withError(error: UserError | undefined): { error?: UserError } {
  return error === undefined ? {} : { error };
}

/** Somebody else answers in the host's place: no second try makes it better. */
function isAboutKeys(error: unknown): boolean {
  return isUserError(error) && error.code.endsWith("-host-key");
}

function isUserError(error: unknown): error is UserError {
  return error instanceof UserError;
}
