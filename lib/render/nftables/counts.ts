import { FAMILIES, type Family } from "../../model/addresses";
import type { Rate } from "../../model/conditions";
import type { Chain, Match } from "../../compile/ruleset";

type Counting = Extract<Match, { kind: "limit" | "connections" }>;

/** How long a source is remembered after its last packet: longer than its count needs to be full again. */
const REMEMBERED: Readonly<Record<Rate["per"], string>> = { second: "10m", minute: "6h", hour: "2d", day: "8d" };

/** Sources that one count can tell apart. When it is full, the rule no longer matches for new ones. */
const MOST_SOURCES = 65535;

/**
 * What the counts of a table need, for each family: a limit that all rules of an entry share, or a set with a count for
 * every source address.
 */
export function renderCounts(chains: readonly Chain[]): string[] {
  const found = new Map<string, Counting>();
  for (const match of chains.flatMap(({ rules }) => rules.flatMap(({ matches }) => matches))) {
    if (match.kind === "limit" || (match.kind === "connections" && match.perSource)) found.set(match.name, match);
  }
  return [...found.values()].flatMap((match) =>
    FAMILIES.flatMap((family) => (match.perSource ? sourceSet(match, family) : sharedLimit(match, family))),
  );
}

/** The name of what counts the packets of one family: iptables counts each by itself, and nothing else. */
export function countName(name: string, family: Family): string {
  return `${name}-${family}`;
}

export function rateWords({ rate, burst }: Extract<Match, { kind: "limit" }>): string {
  return `rate ${rate.count}/${rate.per} burst ${burst} packets`;
}

function sharedLimit(match: Counting, family: Family): string[] {
  return match.kind === "limit" ? [`\tlimit ${countName(match.name, family)} {`, `\t\t${rateWords(match)}`, "\t}"] : [];
}

function sourceSet(match: Counting, family: Family): string[] {
  const lifetime =
    match.kind === "limit"
      ? ["\t\tflags dynamic,timeout", `\t\ttimeout ${REMEMBERED[match.rate.per]}`]
      : ["\t\tflags dynamic"];
  return [
    `\tset ${countName(match.name, family)} {`,
    `\t\ttype ${family === 4 ? "ipv4_addr" : "ipv6_addr"}`,
    `\t\tsize ${MOST_SOURCES}`,
    ...lifetime,
    "\t}",
  ];
}
