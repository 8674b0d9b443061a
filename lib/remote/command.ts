import type { Client, ClientChannel } from "ssh2";
import { UserError } from "../model/user-error";
import { Deadline } from "./deadline";
import { LineSplitter } from "./line-splitter";
import type { RunOptions, RunResult } from "./options";

const defaultTimeoutSeconds = 120;
const defaultMaxOutputBytes = 16 * 1024 * 1024;

/**
 * Runs one command in a channel of its own. `lost` rejects when the connection ends before the command does.
 *
 * @throws UserError `command-timeout`, `output-too-large`, `channel-refused`, `interrupted`, and what `lost` says
 */
export async function runCommand(
  client: Client,
  where: string,
  command: string,
  options: RunOptions,
  lost: Promise<never>,
): Promise<RunResult> {
  const deadline = new Deadline(options.timeoutSeconds ?? defaultTimeoutSeconds, options.signal);
  let channel: ClientChannel | undefined;
  let given = false;
  const work = new Promise<RunResult>((resolve, reject) => {
    const onChannel = (error: Error | undefined, opened: ClientChannel) => {
      // The end of the connection refuses the channel too, and is told right after: it shall win.
      if (error) return void setImmediate(() => reject(channelRefused(where, error)));
      channel = opened;
      if (given) return endCommand(opened);
      // At once, not a tick later: the end may stand in the same packet as the answer to the request.
      collect(opened, where, options, resolve, reject);
    };
    try {
      client.exec(command, onChannel);
    } catch {
      // ssh2 throws when the socket is about to close: `lost` tells it in a moment.
    }
  });
  try {
    return await deadline.guard(Promise.race([work, lost]), () => timedOut(where, deadline.seconds));
  } catch (error) {
    given = true;
    work.catch(() => undefined);
    if (channel !== undefined) endCommand(channel);
    throw error;
  }
}

function collect(
  channel: ClientChannel,
  where: string,
  options: RunOptions,
  resolve: (result: RunResult) => void,
  reject: (error: Error) => void,
): void {
  const limit = options.maxOutputBytes ?? defaultMaxOutputBytes;
  const lines = options.onStdoutLine && new LineSplitter(options.onStdoutLine);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let size = 0;
  const take = (into: Buffer[], chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) return reject(tooLarge(where, limit));
    into.push(chunk);
  };
  // An error in the caller's listener is the caller's: it ends the run, not the process.
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      reject(error as Error);
    }
  };
  channel.on("data", (chunk: Buffer) => {
    take(stdout, chunk);
    if (lines && size <= limit) attempt(() => lines.push(chunk));
  });
  channel.stderr.on("data", (chunk: Buffer) => take(stderr, chunk));
  channel.on("error", reject);
  // ssh2 remembers the exit status for `close`; `exit` may come before anybody listens.
  channel.on("close", (code?: number | null, signal?: string) => {
    if (lines) attempt(() => lines.end());
    // Decoded as a whole, so that no character is cut in two by a chunk's end.
    const exit = { code: code ?? null, ...(code === null && signal !== undefined && { signal }) };
    const result = { ...exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
    // Without an exit status it may be the end of the connection, which is told right after.
    if (code !== undefined) resolve(result);
    else setImmediate(() => resolve(result));
  });
  // Waits for the server's window, so that megabytes of it do not pile up in the socket.
  channel.end(options.stdin ?? "");
}

/**
 * Takes the pipes away, which ends a command that writes or reads. One that does neither runs on: sshd passes no signals
 * on to root's commands, and ssh2 sends none after the end of stdin.
 */
function endCommand(channel: ClientChannel): void {
  try {
    channel.close();
  } catch {
    // The connection is gone, and the command's channel with it.
  }
}

function timedOut(where: string, seconds: number): UserError {
  return new UserError(
    "command-timeout",
    `A command on ${where} did not end within ${seconds} s`,
    "What it had done by then stays done, and it may still be running. The machine may be overloaded, or waits for something.",
  );
}

function tooLarge(where: string, limit: number): UserError {
  return new UserError("output-too-large", `A command on ${where} wrote more than ${limit} bytes, which is the limit`);
}

function channelRefused(where: string, error: Error & { reason?: unknown }): UserError {
  return new UserError(
    "channel-refused",
    `${where} does not run another command on this connection: ${error.message}`,
    "See MaxSessions in its sshd_config, and whether the account may run commands (its shell, ForceCommand).",
  );
}
