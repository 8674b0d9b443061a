import type { Container } from "../lib/deploy/containers/container";
import type { DeclaredRule } from "../lib/deploy/containers/declared-rules";
import type { WatcherChange } from "../lib/deploy/containers/host-containers";
import type { StartStep } from "../lib/deploy/containers/start-order";
import type { HostWarning } from "../lib/deploy/host-warnings";
import { colour } from "./colour";

/** What `cdkfw containers HOST` tells. */
export interface ContainerList {
  readonly host: string;
  /** What stands on the host, and what the bundle holds: the rules told are the bundle's. */
  readonly generation: string | null;
  readonly wanted: string;
  readonly containers: readonly (Pick<Container, "id" | "name" | "state" | "networks" | "published"> & {
    readonly rules: readonly DeclaredRule[];
  })[];
  readonly absent: readonly { readonly container: string; readonly rules: readonly DeclaredRule[] }[];
  readonly warnings: readonly HostWarning[];
}

export function listInWords(list: ContainerList): string {
  const { generation, wanted, containers, absent, warnings } = list;
  const stands = generation === wanted ? "" : `, the host has ${generation ?? "none"}`;
  return [
    `${list.host}  rules of generation ${wanted}${stands}`,
    ...containers.flatMap((one) => ["", ...containerInLines(one)]),
    ...absent.flatMap(({ container, rules }) => ["", `${container}  ${colour.yellow("is not there")}`, ...rulesInLines(rules)]), // prettier-ignore
    ...(warnings.length === 0 ? [] : ["", ...warningsInWords(warnings)]),
  ].join("\n");
}

export function warningsInWords(warnings: readonly HostWarning[]): string[] {
  return warnings.flatMap(({ message, help }) => [colour.yellow(message), `  ${help}`]);
}

function containerInLines({ id, name, state, networks, published, rules }: ContainerList["containers"][number]) {
  const running = state === "running" ? colour.green(state) : colour.dim(state);
  const width = Math.max(0, ...networks.map((network) => network.name.length));
  return [
    `${name}  ${running}  ${colour.dim(id.slice(0, 12))}`,
    ...networks.map(({ name: network, driver, v4, v6 }) => {
      const addresses = [v4, v6].filter((address) => address !== null).join(", ");
      const of = driver === "bridge" || driver === network ? "" : `  (${driver})`;
      return `  ${network.padEnd(width)}  ${addresses === "" ? "no address" : addresses}${of}`;
    }),
    ...published.map(({ port, hostPort, at }) => `  publishes ${port} at ${at === null ? "" : `${at} `}${hostPort}`),
    ...(rules.length === 0 ? [colour.dim("  no rule names it")] : rulesInLines(rules)),
  ];
}

function rulesInLines(rules: readonly DeclaredRule[]): string[] {
  const width = Math.min(72, Math.max(0, ...rules.map(({ words }) => words.length)));
  return rules.map(({ words, place }) => `  ${words.padEnd(width)}  ${colour.dim(place)}`);
}

export function changesInWords(host: string, changes: readonly WatcherChange[]): string[] {
  if (changes.length === 0) return [`${host}  the sets hold what Docker says: nothing to change`];
  return [`${host}  the watcher would change:`, ...changes.map((change) => `  ${changeInWords(change)}`)];
}

function changeInWords(change: WatcherChange): string {
  switch (change.kind) {
    case "added":
      return colour.green(`+ ${change.element}  ${change.of}, ${change.meaning}`);
    case "removed":
      return colour.red(`- ${change.element}  ${change.of}, ${change.meaning}`);
    case "jumps":
      return "+ our rules, before Docker's";
    case "bridge":
      return `+ netfilter for what passes between containers on ${change.bridge}`;
  }
}

const VERB: Readonly<Record<StartStep["action"], string>> = {
  start: "start",
  unpause: "unpause",
  runs: "runs already",
};

export function stepInWords(host: string, { container, action, because }: StartStep): string {
  return `${host}  ${VERB[action]}  ${container.name}${because === undefined ? "" : `  (${because})`}`;
}
