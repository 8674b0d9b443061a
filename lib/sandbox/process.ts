import { spawn } from "node:child_process";

export interface Output {
  /** Exit status; 128 + the signal's number when the command was killed, as a shell counts. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Milliseconds after which the command is killed. @default 60,000 */
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

const KILLED = 137;

/**
 * Runs a command to its end and gives what it said. Never rejects for an exit status; only if it can not be started.
 * A background process that holds the pipes open does not hold up the answer (as it would with `ssh`).
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
  const [file = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "pipe", env: options.env ?? process.env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000);
    let pieces = 0;
    for (const [stream, chunks] of [[child.stdout, stdout] as const, [child.stderr, stderr] as const]) {
      stream.on("data", (data: Buffer) => {
        pieces++;
        chunks.push(data);
      });
    }
    child.stdin.on("error", () => undefined); // the command need not read its input
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
    const finish = (code: number | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code: code ?? KILLED, stdout: text(stdout), stderr: text(stderr) });
    };
    child.on("exit", (code) => {
      child.on("close", () => finish(code));
      // On a busy machine the timer comes before what the command had said: so read once more, until there is no more.
      const wait = (): void => {
        const before = pieces;
        setTimeout(() => setImmediate(() => (pieces === before ? finish(code) : wait())), 100);
      };
      wait();
    });
  });
}

/** Like `run`, but a failing command is an error of ours, with what it said. */
export async function mustRun(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}
