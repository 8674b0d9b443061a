import { containerInWords } from "../model/containers";
import type { HostPolicy } from "../model/policy";
import type { Link } from "./ruleset";

/** The names that containers find others by, each once, in the order of the policy. */
export function linksOf({ entries }: HostPolicy): Link[] {
  const found = new Map<string, Link>();
  for (const entry of entries) {
    if (entry.kind !== "rule" || entry.link === undefined) continue;
    const { from, to, link: name } = entry;
    if (from.kind !== "container" || to.kind !== "container") continue;
    const link = { from: from.select, to: to.select, name };
    found.set([containerInWords(link.from), containerInWords(link.to), name].join(" "), link);
  }
  return [...found.values()];
}
