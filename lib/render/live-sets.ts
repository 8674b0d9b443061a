import { createHash } from "node:crypto";
import type { Ruleset } from "../compile/ruleset";
import { FAMILIES, type Family } from "../model/addresses";
import { containerInWords, type ContainerSelector } from "../model/containers";

/** What a live set holds: containers' addresses; their own ports that Docker publishes; the host's ports for them. */
export type LiveKind = "addresses" | "container" | "host";

const LETTER: Readonly<Record<LiveKind, string>> = { addresses: "a", container: "c", host: "h" };

export interface LiveSet {
  readonly select: ContainerSelector;
  readonly kinds: readonly LiveKind[];
}

/**
 * `live-49d180ecf56132c8-a4`: the same in every generation, so that what the host has filled in stays. Containers' names
 * and labels do not fit in the kernel's names.
 */
export function liveSetName(select: ContainerSelector, kind: LiveKind, family: Family): string {
  return `live-${keyOf(select)}-${LETTER[kind]}${family}`;
}

/** All that the host is to fill in, in the order of the containers' words. */
export function liveSets({ sets, chains, docker }: Ruleset): LiveSet[] {
  const found = new Map<string, { select: ContainerSelector; kinds: Set<LiveKind> }>();
  const take = (select: ContainerSelector, kind?: LiveKind) => {
    const words = containerInWords(select);
    const one = found.get(words) ?? { select, kinds: new Set() };
    found.set(words, one);
    if (kind !== undefined) one.kinds.add(kind);
  };
  for (const { from, to } of docker?.links ?? []) for (const select of [from, to]) take(select);
  for (const { live } of sets) if (live !== undefined) take(live, "addresses");
  for (const match of chains.flatMap(({ rules }) => rules.flatMap(({ matches }) => matches))) {
    if (match.kind === "published") take(match.container, match.at);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { select, kinds }]) => ({ select, kinds: [...kinds].sort() }));
}

/** Each set of the kernel that they become. */
export function eachLiveSet(
  ruleset: Ruleset,
): { readonly name: string; readonly kind: LiveKind; readonly family: Family }[] {
  return liveSets(ruleset).flatMap(({ select, kinds }) =>
    kinds.flatMap((kind) => FAMILIES.map((family) => ({ name: liveSetName(select, kind, family), kind, family }))),
  );
}

/**
 * What the host's watcher reads: which containers to look for, who finds whom by which name, and by which interfaces they are reached. Fields are
 * parted by tabs; labels are written as Docker prints them, which is JSON.
 *
 *     select <TAB> KEY <TAB> KINDS <TAB> name <TAB> web
 *     select <TAB> KEY <TAB> KINDS <TAB> label <TAB> "app" <TAB> "web"
 *     link <TAB> KEY-OF-WHO-ASKS <TAB> KEY-OF-WHO-IS-MEANT <TAB> db
 *     bridge <TAB> br-*
 */
export function renderWatched(ruleset: Ruleset): string {
  const bridges = ruleset.docker?.bridges ?? [];
  const selects = liveSets(ruleset).map(({ select, kinds }) =>
    ["select", keyOf(select), kinds.map((kind) => LETTER[kind]).join(""), ...wordsOf(select)].join("\t"),
  );
  const links = (ruleset.docker?.links ?? []).map(({ from, to, name }) =>
    ["link", keyOf(from), keyOf(to), name].join("\t"),
  );
  return [...selects, ...links, ...bridges.map((name) => `bridge\t${name}`)].map((line) => `${line}\n`).join("");
}

function wordsOf(select: ContainerSelector): string[] {
  if ("name" in select) return ["name", select.name];
  if ("label" in select) {
    const at = select.label.indexOf("=");
    if (at < 0) return ["label", JSON.stringify(select.label)];
    return ["label", JSON.stringify(select.label.slice(0, at)), JSON.stringify(select.label.slice(at + 1))];
  }
  return ["compose", JSON.stringify(select.project), JSON.stringify(select.service)];
}

function keyOf(select: ContainerSelector): string {
  return createHash("sha256").update(containerInWords(select)).digest("hex").slice(0, 12);
}
