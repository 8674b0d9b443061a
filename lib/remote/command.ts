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
  const work = openChannel(client, where, command).then((opened) => {
    channel = opened;
    if (given) endCommand(opened);
    return collect(opened, where, options);
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

function openChannel(client: Client, where: string, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) reject(channelRefused(where, error));
      else resolve(channel);
    });
  });
}

function collect(channel: ClientChannel, where: string, options: RunOptions): Promise<RunResult> {
  const limit = options.maxOutputBytes ?? defaultMaxOutputBytes;
  const lines = options.onStdoutLine && new LineSplitter(options.onStdoutLine);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let size = 0;
  let exit: { code: number | null; signal?: string } = { code: null };
  return new Promise((resolve, reject) => {
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
    channel.on("exit", (code: number | null, signal?: string) => {
      exit = code === null && signal !== undefined ? { code, signal } : { code };
    });
    channel.on("close", () => {
      if (lines) attempt(() => lines.end());
      // Decoded as a whole, so that no character is cut in two by a chunk's end.
      resolve({ ...exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    // Waits for the server's window, so that megabytes of it do not pile up in the socket.
    channel.end(options.stdin ?? "");
  });
}

/** TERM reaches what listens to signals; closing the channel takes away the pipes of what does not. */
function endCommand(channel: ClientChannel): void {
  try {
    channel.signal("TERM");
    channel.close();
  } catch {
    // The connection is gone, and the command's channel with it.
  }
}

function timedOut(where: string, seconds: number): UserError {
  return new UserError(
    "command-timeout",
    `A command on ${where} did not end within ${seconds} s`,
    "It was told to end; what it had done by then stays done. The machine may be overloaded, or waits for something.",
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
