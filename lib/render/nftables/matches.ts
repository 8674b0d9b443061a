import type { Family } from "../../model/addresses";
import type { Match } from "../../compile/ruleset";
import type { PortRange } from "../../model/services";
import { quoteInterface } from "./quote";
import type { AddressTest } from "./sets";

/** The one bit of the packet's mark that is ours; the same as with iptables. */
export const MASQUERADE_BIT = "0x1000";

/** One way to write a match. Without a family it stands for both. */
export interface Fragment {
  readonly family?: Family;
  /** Whether the words themselves look at packets of that family alone. */
  readonly tellsFamily?: boolean;
  readonly words: string;
}

type AddressTests = (set: string, family: Family) => AddressTest;

/** How each kind of match is written: a list of alternatives; none where no packet can match. */
type Printers = {
  readonly [K in Match["kind"]]: (match: Extract<Match, { kind: K }>, tests: AddressTests) => Fragment[];
};

const PRINTERS: Printers = {
  "in-interface": ({ name }) => [{ words: `iifname ${quoteInterface(name)}` }],
  "out-interface": ({ name }) => [{ words: `oifname ${quoteInterface(name)}` }],
  address: ({ side, set }, tests) => {
    const alternatives = ([4, 6] as const).flatMap((family): Fragment[] => {
      const test = tests(set, family);
      switch (test.kind) {
        case "none":
          return [];
        case "any":
          return [{ family, words: "" }];
        case "elements": {
          const field = `${family === 4 ? "ip" : "ip6"} ${side === "source" ? "saddr" : "daddr"}`;
          return [{ family, tellsFamily: true, words: `${field} ${test.expression}` }];
        }
      }
    });
    const anything = alternatives.length === 2 && alternatives.every(({ words }) => words === "");
    return anything ? [{ words: "" }] : alternatives;
  },
  protocol: ({ number }) => [{ words: `meta l4proto ${number}` }],
  ports: ({ side, protocol, ranges }) => [
    { words: `${protocol} ${side === "source" ? "s" : "d"}port ${oneOf(merged(ranges).map(printRange))}` },
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
  "destination-type": ({ type }) =>
    type === "broadcast"
      ? [{ words: "fib daddr type broadcast" }]
      : [
          { family: 4, tellsFamily: true, words: "ip daddr 224.0.0.0/4" },
          { family: 6, tellsFamily: true, words: "ip6 daddr ff00::/8" },
        ],
  "masquerade-mark": () => [{ words: `meta mark & ${MASQUERADE_BIT} == ${MASQUERADE_BIT}` }],
};

export function printMatch(match: Match, tests: AddressTests): Fragment[] {
  const print = PRINTERS[match.kind] as (match: Match, tests: AddressTests) => Fragment[];
  return print(match, tests);
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? "") : `{ ${words.join(", ")} }`;
}

function printRange([first, last]: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** nft refuses a set whose intervals overlap. */
function merged(ranges: readonly PortRange[]): PortRange[] {
  const result: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const previous = result.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else result.push([first, last]);
  }
  return result;
}
