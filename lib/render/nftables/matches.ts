import { FAMILIES, type Family } from "../../model/addresses";
import { PROTOCOL, type Match } from "../../compile/ruleset";
import { liveSetName } from "../live-sets";
import { countName, rateWords } from "./counts";
import { pairSetName } from "./pair-sets";
import type { PortTest } from "./port-sets";
import { quoteInterface } from "./quote";
import type { AddressTest } from "./sets";

/** The one bit of the packet's mark that is ours; the same as with iptables. */
export const MASQUERADE_BIT = "0x1000";

/** The bit that tells others' chains that ours let a packet through; `28-foreign.sh` knows it, too. */
export const PASS_BIT = "0x2000";

/** With the four bits below it, that hold the number of an address to put in. */
const SOURCE_MASK = "0x1f00";

export function sourceMark(source: number): string {
  return `0x${(0x1000 | (source << 8)).toString(16)}`;
}

/** One way to write a match. Without a family it stands for both. */
export interface Fragment {
  readonly family?: Family;
  /** Whether the words themselves look at packets of that family alone. */
  readonly tellsFamily?: boolean;
  readonly words: string;
}

export interface MatchContext {
  readonly addressTest: (set: string, family: Family) => AddressTest;
  readonly portTest: PortTest;
}

/** How each kind of match is written: a list of alternatives; none where no packet can match. */
type Printers = {
  readonly [K in Match["kind"]]: (match: Extract<Match, { kind: K }>, context: MatchContext) => Fragment[];
};

const PRINTERS: Printers = {
  "in-interface": ({ name }) => [{ words: `iifname ${quoteInterface(name)}` }],
  "out-interface": ({ name }) => [{ words: `oifname ${quoteInterface(name)}` }],
  address: ({ side, set, except = false }, { addressTest }) => {
    const alternatives = ([4, 6] as const).flatMap((family): Fragment[] => {
      const test = addressTest(set, family);
      switch (test.kind) {
        case "none":
          return except ? [{ family, words: "" }] : [];
        case "any":
          return except ? [] : [{ family, words: "" }];
        case "elements": {
          const field = `${family === 4 ? "ip" : "ip6"} ${side === "source" ? "saddr" : "daddr"}`;
          return [{ family, tellsFamily: true, words: `${field} ${except ? "!= " : ""}${test.expression}` }];
        }
      }
    });
    const anything = alternatives.length === 2 && alternatives.every(({ words }) => words === "");
    return anything ? [{ words: "" }] : alternatives;
  },
  protocol: ({ number }) => {
    const words = `meta l4proto ${number}`;
    // ICMP is of IPv4 and ICMPv6 of IPv6: a packet of the other family never carries it in earnest.
    if (number === PROTOCOL.icmp) return [{ family: 4, words }];
    if (number === PROTOCOL.icmpv6) return [{ family: 6, words }];
    return [{ words }];
  },
  ports: ({ side, protocol, ranges }, { portTest }) => [
    { words: `${protocol} ${side === "source" ? "s" : "d"}port ${portTest(ranges)}` },
  ],
  icmp: ({ family, types }) => {
    const field = family === 4 ? "icmp" : "icmpv6";
    const whole = types.filter(({ code }) => code === undefined).map(({ type }) => String(type));
    const coded = types.flatMap(({ type, code }) =>
      code === undefined ? [] : [`${field} type ${type} ${field} code ${code}`],
    );
    const words = whole.length === 0 ? coded : [`${field} type ${oneOf([...new Set(whole)])}`, ...coded];
    return words.map((printed) => ({ family, tellsFamily: true, words: printed }));
  },
  "conntrack-state": ({ states }) => [{ words: `ct state ${states.join(",")}` }],
  forwarded: ({ is }) => [{ words: `ct status ${is ? "" : "! "}dnat` }],
  "destination-type": ({ type, except = false }) => {
    if (type !== "multicast") return [{ words: `fib daddr type ${except ? "!= " : ""}${type}` }];
    const is = except ? "!= " : "";
    return [
      { family: 4, tellsFamily: true, words: `ip daddr ${is}224.0.0.0/4` },
      { family: 6, tellsFamily: true, words: `ip6 daddr ${is}ff00::/8` },
    ];
  },
  limit: (match) => {
    const { name, perSource } = match;
    if (perSource) return perSourceWords(name, `limit ${rateWords(match)}`);
    return FAMILIES.map((family) => ({ family, words: `limit name "${countName(name, family)}"` }));
  },
  connections: ({ name, most, perSource }) => {
    const count = `ct count ${most}`;
    return perSource ? perSourceWords(name, count) : FAMILIES.map((family) => ({ family, words: count }));
  },
  before: ({ moment }) => [{ words: `meta time < ${Date.parse(moment) / 1000 + 1}` }],
  raw: ({ raw }) => {
    if (raw.nftables === undefined) throw new Error("invariant: a raw match has no words for nftables");
    return [{ words: raw.nftables }];
  },
  published: ({ container, at }) =>
    FAMILIES.map((family) => ({
      family,
      tellsFamily: true,
      words: `${family === 4 ? "ip" : "ip6"} daddr . meta l4proto . th dport @${liveSetName(container, at, family)}`,
    })),
  // By a rule for each range: the kernel loses sight of a set that is made with its rule.
  "asked-ports": ({ protocol, ranges }) =>
    ranges.map(([first, last]) => ({
      words: `meta l4proto ${protocol} ct direction original ct original proto-dst ${first === last ? first : `${first}-${last}`}`,
    })),
  pairs: ({ name, pairs }) =>
    ([4, 6] as const)
      .filter((family) => pairs.some((pair) => pair.family === family))
      .map((family) => ({
        family,
        tellsFamily: true,
        words: `${family === 4 ? "ip" : "ip6"} saddr . meta l4proto . th dport @${pairSetName(name, family)}`,
      })),
  "masquerade-mark": ({ source }) => [
    {
      words:
        source === undefined
          ? `meta mark & ${MASQUERADE_BIT} == ${MASQUERADE_BIT}`
          : `meta mark & ${SOURCE_MASK} == ${sourceMark(source)}`,
    },
  ],
};

export function printMatch(match: Match, context: MatchContext): Fragment[] {
  const print = PRINTERS[match.kind] as (match: Match, context: MatchContext) => Fragment[];
  return print(match, context);
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? "") : `{ ${words.join(", ")} }`;
}

/** A count of its own for every source: the rule matches while the source's is not used up. */
function perSourceWords(name: string, count: string): Fragment[] {
  return ([4, 6] as const).map((family) => ({
    family,
    tellsFamily: true,
    words: `add @${countName(name, family)} { ${family === 4 ? "ip" : "ip6"} saddr ${count} }`,
  }));
}
