import { FAMILIES, type Family } from "../../model/addresses";
import type { Chain, Pair, RuleOrigin } from "../../compile/ruleset";
import { plainAddress } from "./quote";

export function pairSetName(name: string, family: Family): string {
  return `${name}-${family}`;
}

/** The sets of pairs. Every element names its entry, and counts for it. */
export function renderPairSets(chains: readonly Chain[], commentOf: (origin: RuleOrigin) => string): string[] {
  return chains
    .flatMap(({ rules }) => rules.flatMap(({ matches }) => matches))
    .flatMap((match) => {
      if (match.kind !== "pairs") return [];
      return FAMILIES.flatMap((family) => {
        const pairs = match.pairs.filter((pair) => pair.family === family);
        if (pairs.length === 0) return [];
        return [
          `\tset ${pairSetName(match.name, family)} {`,
          `\t\ttype ${family === 4 ? "ipv4_addr" : "ipv6_addr"} . inet_proto . inet_service`,
          "\t\tflags interval",
          "\t\tcounter",
          `\t\telements = {`,
          pairs.map((pair) => `\t\t\t${elementOf(pair)} comment ${commentOf(pair.origin)}`).join(",\n"),
          "\t\t}",
          "\t}",
        ];
      });
    });
}

function elementOf({ address, protocol, ports: [first, last] }: Pair): string {
  return `${plainAddress(address)} . ${protocol} . ${first === last ? first : `${first}-${last}`}`;
}
