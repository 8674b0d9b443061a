import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { LabHost } from "../../lib/sandbox";
import { mustExec } from "../fixtures/sshd";

/**
 * How a fault gets between two commands of the runtime without the runtime knowing: on the patient, `sh` is bash, whose
 * DEBUG trap runs a script before each command and leaves its exit status alone (a tracing dash does not: what PS4 runs
 * changes the status of `x=$(…)`). The script counts, notes which state the host is in, and at the command that was
 * asked for does the deed.
 */
const FOLDER = "/root/faults";

/** The program that a shell of the runtime is: its command, or `arrive` until it has read which. */
export type Role = "arrive" | "apply" | "rehearsal" | "confirm" | "rollback" | "timer" | "boot" | "status" | "teardown";

/** Before which command of which program, counted from 1. */
export interface Point {
  readonly role: Role;
  readonly command: number;
}

const SHIM = `#!/usr/bin/dash
case \${1-} in
/var/lib/cdkfw/incoming/* | /usr/local/lib/cdkfw/*)
  if [ -e ${FOLDER}/plan ]; then
    exec /usr/bin/bash --posix -c 'set -T; trap ". ${FOLDER}/hook" DEBUG; . "$0"' "$@"
  fi ;;
esac
exec /usr/bin/dash "$@"
`;

/**
 * It runs in the runtime's own shell, under its \`set -u\`, and sees its variables. $$ is the runtime itself, which may be
 * parting words by its own rules.
 */
const HOOK = `
fault_role=\${command:-arrive} fault_n=0 fault_phase=none fault_link=none fault_ifs=$IFS fault_flags=$-
IFS=' '
set +f
if [ -e ${FOLDER}/n.$fault_role ]; then read -r fault_n <${FOLDER}/n.$fault_role; fi
# Empty where another part of the same pipeline is just writing it.
if [ -n "$fault_n" ] && [ -e ${FOLDER}/plan ]; then
  fault_n=$((fault_n + 1))
  echo $fault_n >${FOLDER}/n.$fault_role
  { read -r fault_phase </run/cdkfw/change/phase; } 2>/dev/null || :
  for fault_one in /var/lib/cdkfw/generations/*; do
    if [ "$fault_one" -ef /var/lib/cdkfw/committed ]; then fault_link=\${fault_one##*/}; fi
  done
  echo "$fault_role $fault_n \${fault_phase:-none} $fault_link" >>${FOLDER}/trace
  read -r fault_at fault_command <${FOLDER}/plan
  if [ $fault_role = $fault_at ] && [ $fault_n -ge $fault_command ] && mkdir ${FOLDER}/fired 2>/dev/null; then
    (. ${FOLDER}/deed) </dev/null >/dev/null 2>&1
  fi
fi
IFS=$fault_ifs
case $fault_flags in *f*) set -f ;; esac
`;

/** In a deed: waits until the test has done something from outside. */
export const AWAIT_OUTSIDE = `: >${FOLDER}/reached; until [ -e ${FOLDER}/go ]; do sleep 0.02; done`;

/** Makes the first command after the deed fail, whichever it is. */
export const NEXT_COMMAND_FAILS = `: >${FOLDER}/fail`;

const FRAGILE =
  "awk cat chmod cmp cp cut date find flock grep gzip head id ip6tables-restore ip6tables-save ipset iptables " +
  "iptables-restore iptables-save ln ls mkdir mv nft readlink rm sed sha256sum sort sync tail tr unshare";

const FRAGILE_TOOL = `#!/usr/bin/dash
if [ -e ${FOLDER}/fail ] && /usr/bin/mv ${FOLDER}/fail ${FOLDER}/failed 2>/dev/null; then exit 1; fi
exec "/usr/bin/\${0##*/}" "$@"
`;

/** Puts the hook on a host. Until something is planned, its shell is what it was. */
export async function installHook(host: LabHost): Promise<void> {
  await host.writeFile(`${FOLDER}/hook`, HOOK);
  await host.writeFile(`${FOLDER}/tool`, FRAGILE_TOOL, 0o755);
  await host.writeFile("/usr/bin/sh.new", SHIM, 0o755);
  await mustExec(host, `mv -f /usr/bin/sh.new /usr/bin/sh; for t in ${FRAGILE}; do [ -e /usr/bin/$t ] || ln -s "$(command -v $t)" /usr/bin/$t; done`); // prettier-ignore
}

/** From now on the host's runtime is watched, and before the command at \`point\` the deed is done. */
export async function plan(host: LabHost, point: Point | undefined, deed: string): Promise<void> {
  await forget(host);
  const fragile = deed === NEXT_COMMAND_FAILS;
  if (fragile) await mustExec(host, `for t in ${FRAGILE}; do ln -s ${FOLDER}/tool /usr/local/sbin/$t; done`);
  await host.writeFile(`${FOLDER}/deed`, `${deed}\n`);
  await host.writeFile(`${FOLDER}/plan`, point === undefined ? "nobody 0\n" : `${point.role} ${point.command}\n`);
}

/** Takes the plan back; what it noted goes too. */
export async function forget(host: LabHost): Promise<void> {
  await mustExec(host, `cd ${FOLDER} && rm -rf plan deed trace n.* fired reached go fail failed /usr/local/sbin/*`);
}

const at = (host: LabHost, file: string): string => join(host.disk, FOLDER, file);

export const hasFired = (host: LabHost): boolean => existsSync(at(host, "fired"));

/** The steps that were noted: which program, its how-manieth command, the phase of the change, what is committed. */
export interface Step {
  readonly role: Role;
  readonly command: number;
  readonly phase: string;
  readonly committed: string;
}

export function trace(host: LabHost): Step[] {
  if (!existsSync(at(host, "trace"))) return [];
  const lines = readFileSync(at(host, "trace"), "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [role = "", command = "", phase = "", committed = ""] = line.split(" ");
    return { role: role as Role, command: Number(command), phase, committed };
  });
}

/** Does something from outside while the runtime waits at the point. @returns whether the point was reached */
export async function whenReached(host: LabHost, over: () => boolean, work: () => Promise<void>): Promise<boolean> {
  while (!existsSync(at(host, "reached"))) {
    if (over()) return false;
    await pause(20);
  }
  await work();
  await host.exec(`: >${FOLDER}/go`);
  return true;
}
