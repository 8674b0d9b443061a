import { spawnSync } from "node:child_process";

/** Runs a command to its end, and returns what it printed. @throws where it fails, with what it said */
export function run(file: string, args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stdout.slice(-4000)}${stderr.slice(-4000)}`);
  return stdout;
}
