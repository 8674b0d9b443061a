import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../model/user-error";
import { MAX_LABS } from "./addresses";
import { SEAT } from "./places";

const labs = join(SEAT, "labs");

/** A folder that has no pid in it after this time belongs to nobody. */
const NEWBORN_MS = 10_000;

/**
 * Takes the lowest free number among the labs of this seat; it decides a lab's networks. mkdir is atomic, so two test
 * workers never get the same one. The number of a process that died is free again.
 */
export function claimLab(): { readonly index: number; readonly folder: string } {
  for (let index = 0; index < MAX_LABS; index++) {
    const folder = join(labs, String(index));
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        mkdirSync(folder);
        writeFileSync(join(folder, "pid"), String(process.pid));
        return { index, folder };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        if (isAlive(folder)) break;
        releaseLab(folder);
      }
    }
  }
  throw new UserError("too-many-labs", `There are ${MAX_LABS} labs in this seat already.`, "Stop some of them.");
}

/** Moved away first: who comes in between finds either a whole claim or none. */
export function releaseLab(folder: string): void {
  const dead = join(labs, `.${randomBytes(6).toString("hex")}`);
  try {
    renameSync(folder, dead);
  } catch {
    return; // somebody else was faster
  }
  rmSync(dead, { recursive: true, force: true, maxRetries: 3 });
}

function isAlive(folder: string): boolean {
  try {
    process.kill(Number(readFileSync(join(folder, "pid"), "utf8")), 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return false;
    return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? 0) < NEWBORN_MS;
  }
}
