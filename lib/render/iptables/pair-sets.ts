import type { Family } from "../../model/addresses";
import { FAMILIES } from "../../model/addresses";
import type { Chain, Pair, RuleOrigin } from "../../compile/ruleset";
import { plainAddress, plainWord, quoteSetComment } from "./quote";
import { GENERATION_MARK, hashSize } from "./sets";

/** `pairs-3` → `cdkfw-GENERATION-p3-4`; the kernel takes 31 characters. */
export function pairSetName(name: string, family: Family): string {
  return `cdkfw-${GENERATION_MARK}-${plainWord(name.replace("pairs-", "p"))}-${family}`;
}

/** The sets of pairs as `ipset restore` reads them. Every element names its entry, and counts for it. */
export function renderPairSets(chains: readonly Chain[], words: (origin: RuleOrigin) => string): string {
  let text = "";
  for (const match of chains.flatMap(({ rules }) => rules.flatMap(({ matches }) => matches))) {
    if (match.kind !== "pairs") continue;
    for (const family of FAMILIES) {
      const pairs = match.pairs.filter((pair) => pair.family === family);
      if (pairs.length === 0) continue;
      const elements = pairs.reduce((sum, { ports: [first, last] }) => sum + last - first + 1, 0);
      const size = `hashsize ${hashSize(elements)} maxelem ${Math.max(65536, elements)}`;
      const name = pairSetName(match.name, family);
      text += `create ${name} hash:net,port family ${family === 4 ? "inet" : "inet6"} ${size} counters comment\n`;
      for (const pair of pairs)
        text += `add ${name} ${elementOf(pair)} comment ${quoteSetComment(words(pair.origin))}\n`;
    }
  }
  return text;
}

function elementOf({ address, protocol, ports: [first, last] }: Pair): string {
  return `${plainAddress(address)},${protocol}:${first === last ? first : `${first}-${last}`}`;
}
