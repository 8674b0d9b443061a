import { setTimeout as pause } from "node:timers/promises";
import type { Bundle } from "../bundle/format";
import { UserError } from "../model/user-error";
import { connect, type Connection } from "../remote";
import type { SshTarget } from "../model/target";
import { whole } from "./call";
import { newChange, type Change } from "./change";
import { isAboutKeys, mayPass, notProven, restarted, unreachable, windowOver } from "./change-errors";
import { errorOf } from "./host-errors";
import { notesOf, warningsOf } from "./host-warnings";
import { STEPS, type Ending, type Outcome, type Step } from "./outcome";
import { parcel, revertParcel, type Parcel } from "./parcel";
import { askAll } from "./probes";
import { parseLine, parseReply, told, type Reply } from "./protocol";
import type { HandshakeOptions, Proof } from "./handshake-options";
import { endingOf, settle, type Settled } from "./settle";

const DEFAULT_WINDOW_SECONDS = 30;

/** Seconds for the first connection to bring the texts over and apply them. */
const APPLY_SECONDS = 120;

/** Seconds more where it may install what the host lacks. */
const INSTALL_SECONDS = 600;

/** Seconds after the deadline in which the host is still asked how it ended: its rollback may be retried three times. */
const GRACE_SECONDS = 20;

/** A refused connection is tried anew, since a host under load or in its boot may refuse one; this often, a second apart. */
const QUICK_FAILURES = 3;

/** The part of the window after which nothing but the confirmation itself is begun. */
const CONFIRM_BY = 0.8;

/**
 * Brings one bundle to its host:
 *
 *     connection 1   lock, check, stage, arm, apply          the host's timer runs from `arm` on
 *     connection 2   (that it comes to be is the proof)      confirm
 *
 * Every way to fail ends in a known state of the host: nothing changed, the new rules, or those of before.
 */
export function deployHost(bundle: Bundle, options: HandshakeOptions = {}): Promise<Outcome> {
  return shakeHands(bundle, bundle.manifest.generation, (change) => parcel(bundle, change), options);
}

/** Brings the host of a bundle back to a generation that it still has, by the same way as to a new one. */
export function revertHost(bundle: Bundle, generation: string, options: HandshakeOptions = {}): Promise<Outcome> {
  // What the bundle expects, and what it has installed, is of another generation.
  const older = { ...bundle, manifest: { ...bundle.manifest, probes: [], install: undefined } };
  return shakeHands(older, generation, (change) => revertParcel(generation, change), options);
}

async function shakeHands(
  bundle: Bundle,
  generation: string,
  pack: (change: Change) => Parcel,
  options: HandshakeOptions,
): Promise<Outcome> {
  const started = performance.now();
  const { host } = bundle.manifest;
  const handshake = new Handshake(bundle, pack, options);
  const { ending, error } = await handshake.run().catch(asFailure);
  const warnings = warningsOf({ lines: handshake.told });
  const notes = [...notesOf({ lines: handshake.told }), ...handshake.notes];
  const seconds = Math.round(performance.now() - started) / 1000;
  return {
    host,
    generation,
    outcome: ending,
    ...(error && {
      error: { code: error.code, message: error.message, ...(error.help !== undefined && { help: error.help }) },
    }),
    ...(notes.length > 0 && { notes }),
    ...(warnings.length > 0 && { warnings }),
    seconds,
  };
}

class Handshake {
  /** The lines in which the host warns of something, or remarks on it. */
  readonly told: Reply["lines"][number][] = [];
  private readonly change: Change;
  private readonly target: SshTarget;
  /** When the host's timer fires at the latest, by this machine's monotonic clock; known once it may be armed. */
  private deadline = Infinity;
  /** When the window began at the earliest, by this machine's monotonic clock. */
  private armed = 0;
  /** Whether the host has said that the new rules stand. */
  private stood = false;
  /** What was expected and could not be asked. */
  notes: readonly string[] = [];

  constructor(
    private readonly bundle: Bundle,
    private readonly pack: (change: Change) => Parcel,
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
    const first = await this.connectAtFirst();
    try {
      const applied = await this.apply(first);
      return applied ?? (await this.proveAndConfirm(first));
    } finally {
      first.close();
    }
  }

  /** Nothing is returned where the change may stand now, and is to be proven. */
  private async apply(connection: Connection): Promise<Settled | undefined> {
    const { command, stdin } = this.pack(this.change);
    const { nonce, windowSeconds } = this.change;
    this.armed = performance.now();
    const timeoutSeconds = APPLY_SECONDS + (this.bundle.manifest.install === true ? INSTALL_SECONDS : 0);
    this.deadline = performance.now() + (timeoutSeconds + windowSeconds) * 1000;
    const onStdoutLine = (line: string): void => {
      const said = parseLine(line, nonce);
      const step = said?.keyword === "step" ? STEPS.find((known) => known === said.rest) : undefined;
      if (step === "arm") this.armed = performance.now();
      if (step !== undefined) this.step(step);
      if (said?.keyword === "warning" || said?.keyword === "note") this.told.push(said);
      if (said?.keyword !== "result" || said.rest !== "applied") return;
      this.deadline = performance.now() + windowSeconds * 1000;
      this.stood = true;
      applied();
    };
    let applied: () => void = () => undefined;
    const stands = new Promise<undefined>((resolve) => (applied = () => resolve(undefined)));
    const run = connection.runAsRoot(command, { stdin, timeoutSeconds, onStdoutLine });
    const ended = run.catch((error: unknown) => {
      if (isUserError(error) && !error.code.startsWith("sudo-")) return undefined;
      throw error;
    });
    // What the host does after it said so is no reason to wait.
    const result = await Promise.race([stands, ended]);
    // The rules stand; or the connection broke, and only the host knows how far it came.
    if (result === undefined) return undefined;
    const said = parseReply(result.stdout, nonce);
    // Killed in the middle of it, which is for the host to settle as well.
    if (said.end === undefined && told(said, "step") !== undefined) return undefined;
    const reply = whole(said, result);
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
      await this.ask(second);
    } catch (error) {
      const settled = await this.giveUp(second);
      second.close();
      if (!isUserError(error)) throw error;
      return { ...settled, error };
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

  /** Whether the change is to be confirmed, by whoever started it: probes, or the other hosts of its wave. */
  private async ask(connection: Connection): Promise<void> {
    if (this.bundle.manifest.probes.length === 0 && this.options.beforeConfirm === undefined) return;
    const { windowSeconds } = this.change;
    const end = this.armed + windowSeconds * 1000 * CONFIRM_BY;
    const late = new AbortController();
    const alarm = setTimeout(() => late.abort(), Math.max(0, end - performance.now()));
    const over = new Promise<never>((_, reject) => {
      late.signal.addEventListener("abort", () => reject(windowOver(windowSeconds)));
    });
    try {
      const asked = this.askMore({ connection, signal: late.signal });
      await Promise.race([asked, over]);
    } finally {
      clearTimeout(alarm);
    }
  }

  private async askMore(proof: Proof): Promise<void> {
    const { connect: open = connect, connection, beforeConfirm } = this.options;
    this.notes = await askAll(this.bundle, proof.connection, open, connection);
    await beforeConfirm?.(proof);
  }

  /** Nothing has been changed yet: what may pass by itself is tried again. A host that is silent has had its time. */
  private async connectAtFirst(): Promise<Connection> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.connect();
      } catch (error) {
        if (failures >= QUICK_FAILURES || !mayPass(error)) throw error;
        await pause(1000 * 2 ** (failures - 1) * (0.5 + Math.random()));
      }
    }
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

  /** At once by a connection that may still be alive; else the timer does it, and the host is asked. */
  private async giveUp(open: Connection): Promise<Settled> {
    this.step("rollback");
    try {
      const settled = await this.settle(open, "rollback");
      if (settled.ending !== "unknown") return settled;
    } catch {
      // It is dead as well.
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
    const open = this.options.connect ?? connect;
    return open({ ...this.target, ...limit }, { baseDir: this.bundle.folder, ...this.options.connection });
  }

  private step(step: Step): void {
    this.options.onStep?.(step);
  }
}

function asFailure(error: unknown): { ending: Ending; error: UserError } {
  if (isUserError(error)) return { ending: "failed", error };
  throw error;
}

function withError(error: UserError | undefined): { error?: UserError } {
  return error === undefined ? {} : { error };
}

function isUserError(error: unknown): error is UserError {
  return error instanceof UserError;
}
