import type { LabHost } from "../../lib/sandbox";
import { mustExec } from "../fixtures/sshd";
import { AWAIT_OUTSIDE, NEXT_COMMAND_FAILS } from "./hook";
import type { Loader, ScenarioName } from "./scenarios";

/** What is done to a host, or to who deploys, while a scenario is under way. */
export interface Fault {
  readonly words: string;
  /** What the host's shell does at the point. */
  readonly deed: string;
  /** What is done from outside, while the runtime waits at the point. */
  readonly outside?: (host: LabHost) => Promise<void>;
  /** The world as it must be before. */
  readonly before?: string;
  /** What comes right again by itself, once the deployer has given up. */
  readonly heal?: (host: LabHost) => Promise<void>;
  readonly after?: string;
  /** The deployer is a process of its own, and dies at the point. */
  readonly deployerDies?: true;
  /** It takes rules away itself: nobody could keep the host closed meanwhile. */
  readonly flushes?: true;
  /** The host goes down. */
  readonly restarts?: true;
  readonly scenarios?: readonly ScenarioName[];
  readonly loaders?: readonly Loader[];
}

const STATE = "/var/lib/cdkfw";
/** What the runtime's shell has open where the fault comes: the lock, and the ends of pipes that it is just laying. */
const OPEN = [3, 4, 5, 6, 7, 8, 9];
/** Detached, and with none of that: who keeps a pipe open and waits for the lock keeps the runtime waiting, too. */
const aside = (command: string): string =>
  `setsid sh -c '${command}' </dev/null >/dev/null 2>&1 ${OPEN.map((fd) => `${fd}>&-`).join(" ")} &`;
/** Its process group; a boot has none of its own. */
const toAll = (signal: string): string =>
  `g=$(cut -d ' ' -f 5 /proc/$$/stat); if [ "$g" -gt 1 ]; then kill -${signal} -- -$g; else kill -${signal} $$; fi`;
const timers = "$(pgrep -f '[c]dkfw-host timer')";

const SMALL_STATE = `cp -a ${STATE} /root/kept && mount -t tmpfs -o size=2m none ${STATE} && cp -a /root/kept/. ${STATE}`;
const USUAL_STATE = `rm -rf /root/kept && cp -a ${STATE} /root/kept && umount ${STATE} && rm -rf ${STATE} && mv /root/kept ${STATE}`;
const FREE_STATE = `mount -o remount,rw ${STATE}; rm -f ${STATE}/big`;

const WITH_DEPLOYER: readonly ScenarioName[] = ["change", "first", "refused"];
const WITH_STATE: readonly ScenarioName[] = ["change", "refused", "silence"];

const cut = (direction: "in" | "out" | "both", seconds: number): Fault => ({
  words: `the network cut for ${seconds} s (${direction})`,
  deed: AWAIT_OUTSIDE,
  outside: async (host) => {
    await host.cut(direction);
    setTimeout(() => void host.mend(), seconds * 1000);
  },
  heal: (host) => host.mend(),
  scenarios: WITH_DEPLOYER,
});

export const FAULTS = {
  killShell: { words: "KILL of the host's process", deed: "kill -KILL $$" },
  killGroup: { words: "KILL of the host's process and all it had started", deed: toAll("KILL") },
  termShell: { words: "TERM of the host's process", deed: "kill -TERM $$" },
  termGroup: { words: "TERM of the host's process and all it had started", deed: toAll("TERM") },
  hupGroup: { words: "HUP of the host's process and all it had started", deed: toAll("HUP") },
  freeze: {
    words: "the host's process hangs",
    deed: `${aside("sleep 60; kill -CONT '$$' 2>/dev/null")} kill -STOP $$`,
    scenarios: ["change", "refused", "silence", "teardown"],
  },
  killTimer: { words: "KILL of one rollback timer", deed: `set -- ${timers}; kill -KILL $1`, scenarios: WITH_STATE },
  termTimers: { words: "TERM of all rollback timers", deed: `kill -TERM ${timers}`, scenarios: WITH_STATE },
  toolFails: { words: "the next command fails", deed: NEXT_COMMAND_FAILS },
  deployerDies: {
    words: "KILL of the deployer",
    deed: AWAIT_OUTSIDE,
    deployerDies: true,
    scenarios: ["change", "first", "refused"],
  },
  cutIn: cut("in", 2),
  cutOut: cut("out", 2),
  cutBoth: cut("both", 1),
  cutLong: cut("both", 7),
  power: { words: "the power cut, and back", deed: "reboot -ff; sleep 60", restarts: true },
  diskFull: {
    words: "the disk full",
    before: SMALL_STATE,
    deed: `dd if=/dev/zero of=${STATE}/big bs=4k`,
    heal: async (host) => void (await host.exec(FREE_STATE)),
    after: USUAL_STATE,
    scenarios: WITH_STATE,
  },
  diskReadOnly: {
    words: "the disk read-only",
    before: SMALL_STATE,
    deed: `mount -o remount,ro ${STATE}`,
    heal: async (host) => void (await host.exec(FREE_STATE)),
    after: USUAL_STATE,
    scenarios: WITH_STATE,
  },
  runFull: {
    words: "/run full",
    before: "mkdir -p /run/cdkfw; mount -t tmpfs -o size=128k none /run/cdkfw",
    deed: "dd if=/dev/zero of=/run/cdkfw/big bs=4k; dd if=/dev/zero of=/run/cdkfw/bigger bs=1",
    heal: async (host) => void (await host.exec("rm -f /run/cdkfw/big /run/cdkfw/bigger")),
    after: "umount -l /run/cdkfw",
    scenarios: WITH_STATE,
  },
  lockHeld: {
    words: "another process takes the lock for 7 s",
    deed: aside("exec flock /run/cdkfw/mutex sleep 7"),
    scenarios: ["change", "refused", "silence", "teardown"],
  },
  xtablesLock: {
    words: "another program holds the lock of xtables for 4 s",
    deed: aside("exec flock /run/xtables.lock sleep 4"),
    loaders: ["iptables-legacy"],
  },
  flushRuleset: { words: "somebody flushes all of nftables", deed: "nft flush ruleset", flushes: true },
  flushIptables: {
    words: "somebody flushes iptables' tables",
    deed: "for t in iptables ip6tables; do $t -F; $t -t nat -F; $t -X; done",
    flushes: true,
    loaders: ["iptables-nft", "iptables-legacy"],
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** Whether the world may have been changed by it at all. */
export function happensTo(fault: Fault, scenario: ScenarioName, loader: Loader): boolean {
  return (fault.scenarios?.includes(scenario) ?? true) && (fault.loaders?.includes(loader) ?? true);
}

export async function bringBack(host: LabHost, fault: Fault): Promise<void> {
  if (fault.after !== undefined) await mustExec(host, fault.after);
}
