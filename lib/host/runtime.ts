import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where the runtime stands on a host. */
export const RUNTIME_PATH = "/usr/local/lib/cdkfw/cdkfw-host";

/** Where a deployment arrives on a host before it is staged. */
export const INCOMING_PATH = "/var/lib/cdkfw/incoming";

/** What a teardown leaves on a host. */
export const HISTORY_PATH = "/var/lib/cdkfw/history";

let script: string | undefined;

/** The whole POSIX sh script that runs on a host, made of the parts beside this file in the order of their names. */
export function runtimeScript(): string {
  if (script === undefined) {
    const folder = join(__dirname, "runtime");
    const parts = readdirSync(folder)
      .filter((name) => name.endsWith(".sh"))
      .sort();
    script = parts.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  }
  return script;
}
