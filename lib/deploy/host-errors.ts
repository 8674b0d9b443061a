import { UserError } from "../model/user-error";
import { told, type Reply } from "./protocol";

/** What the runtime refuses, by its code: one sentence and the cure. The words after the code are the runtime's. */
type Explain = (words: string[]) => [message: string, help: string];

const EXPLAIN: Readonly<Record<string, Explain>> = {
  "lock-held": ([...who]) => [
    `another change is at work on the host: ${who.join(" ") || "its owner is not known"}`,
    "Try again when it is done; one change at a time per host.",
  ],
  "change-pending": ([owner, seconds]) => [
    `a change by ${owner ?? "somebody"} waits for its confirmation, ${seconds ?? "some"} more seconds`,
    "Wait for its end, or end it with `cdkfw rollback`.",
  ],
  "missing-tools": ([tools = "", ...command]) => {
    const cures = [
      command[0] === "-"
        ? `Install ${command.slice(1).join(", ")} on the host.`
        : `Install with \`${command.join(" ")}\` on the host, or let deployments do it: \`install: true\`.`,
      ...(tools.split(",").includes("nft") ? ['Or give the host `backend: "iptables"`.'] : []),
      "Nothing was changed.",
    ];
    return [`the host lacks ${tools.replaceAll(",", ", ")}`, cures.join(" ")];
  },
  "no-package-manager": ([tools = ""]) => [
    `the host lacks ${tools.replaceAll(",", ", ")}, and has no package manager that is known here`,
    "Install it by hand. Known: apt-get, dnf, yum, apk, zypper, pacman. Nothing was changed.",
  ],
  "install-failed": (words) => {
    const end = words.indexOf(":");
    return [
      `the host could not install what it lacks: ${words.slice(end + 1).join(" ")}`,
      `Try \`${words.slice(0, end).join(" ")}\` on the host; /run/cdkfw/install there holds all that was said. No rule was changed.`,
    ];
  },
  "not-root": ([user]) => [
    `the user ${user ?? ""} may not change the firewall`,
    "Connect as root, or let the user run sudo without a password.",
  ],
  iptables: (words) => [
    `iptables does not work on the host: ${words.join(" ")}`,
    /xtables.lock/.test(words.join(" "))
      ? "Nothing was changed. `fuser /run/xtables.lock` on the host tells who holds it."
      : "Is this a container without NET_ADMIN, or a kernel without netfilter?",
  ],
  nftables: (words) => [
    `nftables does not work on the host: ${words.join(" ")}`,
    "Is this a container without NET_ADMIN, or a kernel without nf_tables?",
  ],
  "no-boot": () => [
    "the host has no systemd, OpenRC, /etc/rc.boot.d or /etc/rcS.d: rules could not be made to stand after a reboot",
    "Make /etc/rc.boot.d and let the host's init run what is in it before the network comes up.",
  ],
  disk: ([place]) => [
    `the host could not write to ${place ?? "its disk"}`,
    "Is the disk full or read-only? Nothing was changed.",
  ],
  "no-generation": ([generation]) => [
    generation === undefined
      ? "the host has no generations of ours"
      : `the host has no generation ${generation} any more`,
    "`cdkfw history` tells which ones it has.",
  ],
  altered: (words) => [words.join(" "), "Deploy again; nothing was changed."],
  "refused-by-kernel": (words) => [
    `the host's kernel refused the rules when they were tried beside the real ones: ${words.join(" ")}`,
    "Nothing was changed. A kernel module may be missing.",
  ],
  "load-failed": (words) => [`the rules could not be loaded: ${words.join(" ")}`, "The rules of before stand again."],
  "no-timer": () => [
    "the rollback timer did not start on the host",
    "Nothing was changed. Are processes limited there?",
  ],
  "not-pending": ([outcome]) => [
    outcome === "unknown"
      ? "no change waits for a confirmation"
      : `the change was ended before: ${outcome ?? "unknown"}`,
    "`cdkfw status` tells what stands.",
  ],
  "not-committed": (words) => [
    `what was proven could not be committed: ${words.join(" ")}`,
    "The rules of before stand again. Is the host's disk full or read-only, or does another program load rules there?",
  ],
  "not-unloaded": (words) => [
    `the rules could not be taken from the kernel: ${words.join(" ")}`,
    "They are not loaded again at boot. Try again, or reboot the host.",
  ],
  docker: (words) => [`Docker says: ${words.join(" ")}`, "`cdkfw containers HOST` lists the containers."],
  "not-started": (words) => [`Docker could not start it: ${words.join(" ")}`, "Those before it run, and stay so."],
  "not-paused": (words) => [
    `it was started and could not be paused: ${words.join(" ")}`,
    "Has it ended already? `docker logs` on the host tells more.",
  ],
  "not-unpaused": (words) => [
    `its rules stand, and it could not be unpaused: ${words.join(" ")}`,
    "`docker unpause` on the host starts it.",
  ],
  "rules-late": ([state]) => [
    `the watcher has not taken its addresses in: its rules are still closed${state === "paused" ? ", and it stays paused" : ""}`,
    "`cdkfw status` tells whether the watcher runs. Then start it again: it goes on from here.",
  ],
  withdrawn: () => ["the change was given up before the host had begun it", "Nothing was changed. Deploy again."],
  "rollback-failed": (words) => [
    `neither the rules of before nor the safe ones could be loaded: ${words.join(" ")}`,
    "The host goes on trying. Look at it by its console.",
  ],
  incoming: () => ["the deployment did not arrive whole", "Is the host's disk full or read-only? Nothing was changed."],
};

/** The error of a reply as the user is told it, or nothing where it holds none. */
export function errorOf(reply: Reply, stderr = ""): UserError | undefined {
  const said = told(reply, "error");
  if (said === undefined) return undefined;
  const [code = "", ...words] = said.split(" ").filter((word) => word !== "");
  const explained = (Object.hasOwn(EXPLAIN, code) ? EXPLAIN[code]?.(words) : undefined) ?? [
    `the host refused: ${said}`,
    "`cdkfw status` tells what stands.",
  ];
  const detail = code === "incoming" ? lastLine(stderr) : "";
  return new UserError(code, detail === "" ? explained[0] : `${explained[0]}: ${detail}`, explained[1]);
}

/** The last line that is not empty, without control characters: it comes from the other side. */
export function lastLine(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? "").replace(/\p{Cc}/gu, "").slice(0, 300);
}
