import { containerInWords, type ContainerSelector } from "../model/containers";
import type { Endpoint, HostPolicy } from "../model/policy";
import type { AddressSet, Match } from "./ruleset";

/** No name of an address holds a space. */
export function containerSet(select: ContainerSelector): AddressSet {
  return { name: containerInWords(select), v4: [], v6: [], live: select };
}

/** What a packet from or to containers matches; nothing where the side is none. */
export function containerMatches(side: "source" | "destination", endpoint: Endpoint): Match[] {
  if (endpoint.kind !== "container") return [];
  return [{ kind: "address", side, set: containerInWords(endpoint.select) }];
}

/** The containers that entries name, each once. */
export function namedContainers({ entries }: HostPolicy): ContainerSelector[] {
  const named = new Map<string, ContainerSelector>();
  for (const entry of entries) {
    for (const side of entry.kind === "rule" ? [entry.from, entry.to] : [entry.from]) {
      if (side.kind === "container") named.set(containerInWords(side.select), side.select);
    }
  }
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, select]) => select);
}
