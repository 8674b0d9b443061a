import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `work` while this process holds the lock on `path`. The kernel frees the lock when the process ends, however. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn("flock", [path, "sh", "-c", "echo held; read -r end"], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await Promise.race([
      once(holder.stdout, "data"),
      once(holder, "exit").then(() => Promise.reject(new Error(`can not lock ${path}`))),
    ]);
    return await work();
  } finally {
    holder.stdin.end();
  }
}
