import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where a seat keeps its labs: on a tmpfs of its own mount namespace, so that nothing is left when it ends. */
export const SEAT = "/run/cdkfw-lab";

/** The image, as seen from inside a seat. */
export const SEAT_IMAGE = `${SEAT}/image`;

/** The layers with Docker, as seen from inside a seat. */
export const SEAT_ENGINES = `${SEAT}/engines`;

export function cacheFolder(): string {
  return process.env["CDKFW_LAB_CACHE"] || join(homedir(), ".cache", "cdkfw-lab");
}

/** A script that lies beside this file, in the sources and in the package alike. */
export function asset(name: string): string {
  return join(__dirname, name);
}

/** The command line that runs one of our own modules as a program of its own: compiled, or from the sources by tsx. */
export function nodeProgram(name: string): string[] {
  const compiled = asset(`${name}.js`);
  if (existsSync(compiled)) return [process.execPath, compiled];
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  return [process.execPath, "--import", tsx, asset(`${name}.ts`)];
}

export function insideSeat(): boolean {
  return existsSync(`${SEAT}/labs`);
}

/** Whether uid 0 here is the machine's root, and not an ordinary user's in a user namespace. */
export function isMachineRoot(): boolean {
  if (process.getuid?.() !== 0) return false;
  return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync("/proc/self/uid_map", "utf8"));
}
