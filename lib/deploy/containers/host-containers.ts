import { containerInWords, type ContainerSelector } from "../../model/containers";
import type { Connection } from "../../remote";
import { callCarried } from "../call";
import { errorOf } from "../host-errors";
import { warningsOf, type HostWarning } from "../host-warnings";
import { told, type Reply } from "../protocol";
import { parseContainers, type Container } from "./container";

/** What there is of containers on a host. */
export interface HostContainers {
  /** The committed generation; null without one. */
  readonly generation: string | null;
  /** Whether Docker can be asked. */
  readonly docker: boolean;
  readonly containers: readonly Container[];
  /** What the watcher would change now. */
  readonly changes: readonly WatcherChange[];
  readonly warnings: readonly HostWarning[];
}

export type WatcherChange =
  /** An element of a set: in words, such as `172.17.0.2 tcp/80`, and which containers the set is of. */
  | {
      readonly kind: "added" | "removed";
      readonly element: string;
      readonly of: string;
      readonly meaning: "address" | "published port" | "port on the host";
    }
  /** Our rules do not stand before Docker's, and come back. */
  | { readonly kind: "jumps" }
  /** What passes between containers on this bridge is to become netfilter's. */
  | { readonly kind: "bridge"; readonly bridge: string };

/** Looks at a host, which need not have rules of ours. Changes nothing. */
export async function hostContainers(connection: Connection): Promise<HostContainers> {
  const reply = await callCarried(connection, "containers", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const generation = told(reply, "generation") ?? "none";
  const state = told(reply, "docker") ?? "";
  const unasked = { keyword: "warning", rest: `docker ${state}` };
  return {
    generation: generation === "none" ? null : generation,
    docker: state === "runs",
    containers: parseContainers(said(reply, "about")),
    changes: parseChanges(said(reply, "watched"), said(reply, "change")),
    warnings: warningsOf({ lines: state === "runs" ? reply.lines : [unasked, ...reply.lines] }),
  };
}

function said(reply: Reply, wanted: string): string[] {
  return reply.lines.filter(({ keyword }) => keyword === wanted).map(({ rest }) => rest);
}

const MEANING = { a: "address", c: "published port", h: "port on the host" } as const;

/** Reads `+ <TAB> live-KEY-a4 <TAB> 172.17.0.2` and the like; who KEY is, the lines `select` of the rules tell. */
export function parseChanges(watched: readonly string[], lines: readonly string[]): WatcherChange[] {
  const selectors = new Map(watched.map((line) => [line.split("\t")[1] ?? "", containerInWords(selectorOf(line))]));
  return lines.flatMap((line): WatcherChange[] => {
    const [what, place = "", element = ""] = line.split("\t");
    if (what === "jumps") return [{ kind: "jumps" }];
    if (what === "bridge") return [{ kind: "bridge", bridge: place }];
    const [, key, kind] = /^live-([0-9a-f]+)-([ach])[46]$/.exec(place) ?? [];
    const of = selectors.get(key ?? "");
    if (of === undefined || (what !== "+" && what !== "-")) return [];
    const meaning = MEANING[kind as keyof typeof MEANING];
    return [{ kind: what === "+" ? "added" : "removed", element: elementInWords(element), of, meaning }];
  });
}

/** `172.17.0.2,tcp:80` is `172.17.0.2 tcp/80`. */
function elementInWords(element: string): string {
  const [address = "", port] = element.split(",");
  return port === undefined ? address : `${address} ${port.replace(":", "/")}`;
}

/** A line of the text `containers`, which names and labels reach as lib/render/live-sets.ts wrote them. */
function selectorOf(line: string): ContainerSelector {
  const [, , , kind, first = "", second] = line.split("\t");
  if (kind === "name") return { name: first };
  const a = JSON.parse(first) as string;
  const b = second === undefined ? undefined : (JSON.parse(second) as string);
  if (kind === "compose") return { project: a, service: b ?? "" };
  return { label: b === undefined ? a : `${a}=${b}` };
}
