import type { HostWarning } from "./host-warnings";

type Words = readonly [message: string, help: string];

const CLOSED = "what its rules name containers for is closed";

/** Why a host's Docker can not be followed. */
const DOCKER: Readonly<Record<string, Words>> = {
  none: [`Docker is not installed: ${CLOSED}`, "Install it; the rules work as soon as it runs."],
  down: [`Docker does not run: ${CLOSED}`, "Start it; the rules work as soon as it runs."],
  silent: ["Docker runs and does not answer: the sets stay as they are", "`docker ps` on the host tells more."],
  podman: [`The command \`docker\` is Podman's, which is not followed: ${CLOSED}`, "Run these containers by Docker."],
  rootless: [
    `Docker runs without root, where the host's firewall does not see its networks: ${CLOSED}`,
    "Run these containers by a Docker of the whole host, or write rules for the host itself.",
  ],
};

/** What keeps rules of containers from doing what they say, in the words of the user; nothing for other warnings. */
export function containerWarning([code, kind = "", ...rest]: readonly string[]): HostWarning[] {
  const words = wordsOf(code, kind, rest.join(" "));
  return words === undefined ? [] : [{ code: "containers", message: words[0], help: words[1] }];
}

function wordsOf(code: string | undefined, kind: string, rest: string): Words | undefined {
  switch (code) {
    case "docker":
      return Object.hasOwn(DOCKER, kind) ? DOCKER[kind] : undefined;
    case "watcher":
      return [
        "The watcher of containers does not run: the sets stay as they were when it ended",
        "Deploy again, with --force where nothing has changed, or reboot the host.",
      ];
    case "repaired":
      return [
        `Rules of ours were gone or behind others', and were put back ${kind === "1" ? "once" : `${kind} times`}`,
        "Docker does so when it makes a network or starts anew; otherwise look for who else changes iptables.",
      ];
    case "container":
      return ofContainer(kind, rest);
  }
  return undefined;
}

function ofContainer(kind: string, which: string): Words | undefined {
  switch (kind) {
    case "absent":
      return [
        `No container \`${which}\` runs: its rules are closed`,
        "They work as soon as it does. Is it spelled so? `cdkfw containers` lists those that are there.",
      ];
    case "unseen":
      return [
        `The container \`${which}\` has no network that netfilter sees: its rules are closed`,
        "It has none, shares that of the host or of another container, or is on macvlan, ipvlan or overlay: use a bridge.",
      ];
  }
  return undefined;
}

/** What is as its owner may well mean it, and is good to know: `several web,app tier=front`. */
export function containerNote([code, kind, names = "", ...label]: readonly string[]): string[] {
  if (code !== "container" || kind !== "several") return [];
  const all = names.split(",");
  const others = `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
  return [`${all.length} containers have the label \`${label.join(" ")}\`, and its rules are for each: ${others}`];
}
