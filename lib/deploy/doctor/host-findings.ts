/** What the runtime's `doctor` finds, by its name: one sentence, and the cure where it is not well. */
type Explain = (words: readonly string[]) => { check?: string; message: string; help?: string };

const list = (words = "") => words.replaceAll(",", ", ");

export const EXPLAIN: Readonly<Record<string, Explain>> = {
  // `ok` has versions in its place, and no cure is told.
  tools: (words) => {
    const [tools, manager, ...command] = words;
    if (manager === undefined || !/^(-|apt-get|dnf|yum|apk|zypper|pacman)$/.test(manager)) return { message: words.join(" ") }; // prettier-ignore
    const cure = manager === "-" ? `Install ${command.join(", ")}.` : `\`${[manager, ...command].join(" ")}\`, or \`install: true\` in the policy.`; // prettier-ignore
    return { message: `it lacks ${list(tools)}`, help: cure };
  },
  kernel: (words) => ({
    message: `its kernel can not load ${words.join(" ")}`,
    help: "Is this a container, or a kernel without some netfilter module? `modprobe` and the distribution's package of extra kernel modules may have it.",
  }),
  "kernel-tried": ([count]) => ({
    check: "kernel",
    message: `${count ?? "0"} parts of rules were tried in a network of their own`,
  }),
  "no-namespace": () => ({
    check: "kernel",
    message: "there is no network namespace to be had, in which rules could be tried",
    help: "Deployments work, and what the kernel refuses is found when it is loaded, and rolled back.",
  }),
  "read-only": ([place = ""]) => ({
    check: "disk",
    message: `nothing can be written to ${place}`,
    help: "Is it full or read-only? `df` and `mount` on the host tell.",
  }),
  disk: ([place = "", free = "0"]) => ({
    message: `${place} has ${Math.floor(Number(free) / 1024)} MiB left`,
    help: "Generations of rules are kept there. Make room.",
  }),
  boot: ([kind]) => ({ message: `rules can be made to stand at boot, by ${kind ?? "?"}` }),
  "no-boot": () => ({
    check: "boot",
    message: "it has no systemd, OpenRC, /etc/rc.boot.d or /etc/rcS.d: rules could not be made to stand after a reboot",
    help: "Make /etc/rc.boot.d and let its init run what is in it before the network comes up.",
  }),
  "boot-files": ([kind]) => ({
    check: "boot",
    message: `rules are committed, and nothing loads them at boot (${kind ?? "?"})`,
    help: "Deploy again: the boot files are mended.",
  }),
  "two-iptables": ([legacy = "", other = ""]) => ({
    check: "iptables",
    message: `${legacy} and ${other} both hold rules, which do not see each other`,
    help: `Find out who uses which, and flush the one that is left over (\`${legacy}-save\` shows its rules).`,
  }),
  service: ([name = ""]) => ({
    check: "services",
    message: `the service ${name} is enabled, and loads or flushes rules of its own`,
    help: `\`systemctl disable --now ${name}\` when this policy stands; stopping it may flush rules: deploy again then.`,
  }),
  docker: ([version = "", by = ""]) => ({ message: `Docker ${version}, its rules by ${by}` }),
  "docker-silent": () => ({
    check: "docker",
    message: "docker is installed, and its daemon does not answer",
    help: "`systemctl status docker` on the host tells. Nothing is the matter where it is not meant to run.",
  }),
  pending: ([owner = "somebody", seconds = "?"]) => ({
    message: `a change by ${owner} waits for its confirmation, ${seconds} more seconds`,
    help: "Wait for its end, or end it with `cdkfw rollback`.",
  }),
  "safe-rules": () => ({
    check: "rules",
    message: "a rollback failed: the safe rules stand, SSH alone is open",
    help: "Deploy again. `cdkfw status` tells more.",
  }),
};
