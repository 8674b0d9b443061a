import type { Match, Ruleset } from "../compile/ruleset";
import { containerInWords, type ContainerSelector } from "../model/containers";
import type { PortRange } from "../model/services";
import type { Node } from "./diagrams";
import type { PacketSpace } from "./packet-space";

/** How the unknown of an interface is named. */
export const BRIDGE = " is a bridge";

type Unknowable = Extract<Match, { kind: "limit" | "connections" | "raw" }>;

/**
 * What a ruleset leaves to the moment, by names that two versions of it share: a limit is the same one where it says the
 * same, and stands in the same place among those that do.
 */
export class Unknowns {
  readonly #places = new Map<string, string>();
  readonly #names: ReadonlyMap<Unknowable, string>;

  constructor(
    private readonly space: PacketSpace,
    ruleset: Ruleset,
  ) {
    this.#names = this.#nameAll(ruleset);
  }

  of(match: Unknowable): Node {
    return this.space.unknown(this.#names.get(match) ?? "");
  }

  /** Whether an interface is a bridge is known to the host alone. */
  bridge(name: string): Node {
    return this.space.unknown(`${name}${BRIDGE}`);
  }

  /** Which addresses containers have is known to the host alone, and changes. */
  container(side: "source" | "destination", container: string): Node {
    return this.space.unknown(`${side} ${container}`);
  }

  /** So are the ports that Docker publishes for them. */
  published(container: ContainerSelector, at: "container" | "host"): Node {
    return this.space.unknown(`a port that Docker publishes for ${containerInWords(container)}, at the ${at}`);
  }

  /** The port that a packet asked for before Docker changed it. */
  askedPort(protocol: string, [first, last]: PortRange): Node {
    return this.space.unknown(`asked for ${protocol} ${first === last ? first : `${first}-${last}`}`);
  }

  #nameAll({ chains }: Ruleset): Map<Unknowable, string> {
    const names = new Map<Unknowable, string>();
    const count = new Map<string, number>();
    for (const { rules } of chains) {
      for (const { matches, origin } of rules) {
        for (const match of matches) {
          if (match.kind !== "limit" && match.kind !== "connections" && match.kind !== "raw") continue;
          const content = inWords(match);
          // A limit counts by its name, in whichever chains it stands; a raw match belongs to its entry.
          const owner = match.kind === "raw" ? (origin.kind === "entry" ? origin.origin.path : "") : match.name;
          const key = `${content} ${owner}`;
          let name = this.#places.get(key);
          if (name === undefined) {
            const place = (count.get(content) ?? 0) + 1;
            count.set(content, place);
            this.#places.set(key, (name = place === 1 ? content : `${content} (${String(place)})`));
          }
          names.set(match, name);
        }
      }
    }
    return names;
  }
}

function inWords(match: Unknowable): string {
  switch (match.kind) {
    case "limit":
      return `not above ${match.rate.count}/${match.rate.per} burst ${match.burst}${match.perSource ? " per source" : ""}`;
    case "connections":
      return `not above ${match.most} open${match.perSource ? " per source" : ""}`;
    case "raw":
      return `raw ${match.raw.nftables ?? ""} ${match.raw.iptables?.join(" ") ?? ""}`;
  }
}
