import type { Raw } from "../conditions";
import type { Mistake } from "../explain-issues";
import { readFilter } from "./filter";

/** Where docker-fw put a rule: `add` and `allow`, `add-input`, `add-internal` and `add-two-ways`. */
export type DockerFwChain = "FORWARD" | "INPUT" | "DOCKER";

/** A side of a rule: a container by name, the Docker host, or an address. */
export type DockerFwSide =
  | Readonly<{ kind: "container"; name: string }>
  | Readonly<{ kind: "host" }>
  | Readonly<{ kind: "address"; text: string }>;

/** A rule as docker-fw's JSON and its command lines say it. */
export interface DockerFwRule {
  readonly chain: DockerFwChain;
  readonly source: DockerFwSide;
  readonly destination: DockerFwSide;
  readonly protocol: "tcp" | "udp";
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
  /** More conditions, in the words of iptables. */
  readonly filter?: string | undefined;
}

/** The zones that stand for what docker-fw does not name: everything but Docker, and Docker's bridges. */
export interface DockerFwZones {
  readonly outside: string;
  readonly containers: string;
}

/** An `accept` in the words of a policy file, and of a program. */
export interface AcceptWords {
  readonly from: string;
  readonly to: string;
  readonly source?: string;
  readonly destination?: string;
  readonly service: string;
  readonly sourcePort?: number;
  readonly raw?: Raw;
  readonly comment?: string;
}

/** What a rule means here; or why it opened nothing, or is not needed; or why it can not be said. */
export type DockerFwMeaning = Readonly<{ accept: AcceptWords }> | Readonly<{ needless: string }> | Mistake;

export function meaningOf(rule: DockerFwRule, zones: DockerFwZones): DockerFwMeaning {
  const needless = needlessness(rule);
  if (needless !== undefined) return { needless };
  const { chain, source, destination, protocol, sourcePort, destinationPort } = rule;
  // In the chain DOCKER there is only what passes between containers.
  const around = chain === "DOCKER" ? zones.containers : zones.outside;
  const filter = readFilter(rule.filter ?? "", {
    in: source.kind === "container" || chain === "DOCKER",
    out: destination.kind === "container" || chain === "DOCKER",
  });
  if ("problem" in filter) return filter;
  if ("needless" in filter) return filter;
  return {
    accept: {
      from: source.kind === "container" ? `container ${source.name}` : around,
      to: chain === "INPUT" ? "host" : destination.kind === "container" ? `container ${destination.name}` : around,
      ...addressOf("source", source),
      ...addressOf("destination", destination),
      service: destinationPort === undefined ? protocol : `${protocol}/${destinationPort}`,
      ...(sourcePort !== undefined && { sourcePort }),
      ...filter,
    },
  };
}

/** Why a rule is of no use here, where it is. */
function needlessness({ chain, source, destination }: DockerFwRule): string | undefined {
  if (source.kind === "host") return "left out: what the host itself sends to containers is open";
  if (chain === "INPUT") {
    if (source.kind === "container" && destination.kind !== "container") return undefined;
    return "left out: docker-fw wrote it for packets to the host itself, and no such packet ever matched it";
  }
  if (destination.kind !== "host") return undefined;
  return (
    "left out: docker-fw wrote it for packets that pass through the host, and none of them goes to the host itself; " +
    "if that is meant, write a rule from the container to `host`"
  );
}

function addressOf(side: "source" | "destination", given: DockerFwSide) {
  if (given.kind !== "address" || given.text === "0.0.0.0/0") return {};
  return { [side]: given.text };
}
