import type { Family } from "../../model/addresses";
import { PROTOCOL, type Match } from "../../compile/ruleset";
import type { PortRange } from "../../model/services";
import { plainAddress, plainWord } from "./quote";
import type { AddressTests } from "./sets";

/** The one bit of the packet's mark that is ours. Kubernetes uses 0x4000 and 0x8000, Calico the upper half. */
export const MASQUERADE_MARK = "0x1000/0x1000";

/** xt_multiport holds 15 ports; a range counts as two. */
const MULTIPORT_SLOTS = 15;

export interface MatchContext {
  readonly family: Family;
  readonly addressTest: AddressTests;
}

/** The part of a rule that one match becomes. `protocol` is told apart: a rule names it once. */
export interface Fragment {
  readonly protocol?: string;
  /** With a space before each word. */
  readonly words: string;
}

/**
 * How each kind of match is written: a list of alternatives, since some matches need several rules. No alternative
 * means that no packet of this family can match.
 */
type Printers = {
  readonly [K in Match["kind"]]: (match: Extract<Match, { kind: K }>, context: MatchContext) => Fragment[];
};

const PRINTERS: Printers = {
  "in-interface": ({ name }) => [{ words: ` -i ${plainWord(name)}` }],
  "out-interface": ({ name }) => [{ words: ` -o ${plainWord(name)}` }],
  address: ({ side, set }, { family, addressTest }) => {
    const test = addressTest(set, family);
    switch (test.kind) {
      case "none":
        return [];
      case "any":
        return [{ words: "" }];
      case "one":
        return [{ words: ` ${side === "source" ? "-s" : "-d"} ${plainAddress(test.address)}` }];
      case "set":
        return [{ words: ` -m set --match-set ${test.name} ${side === "source" ? "src" : "dst"}` }];
    }
  },
  protocol: ({ number }, { family }) => {
    if (wrongIcmp(number, family)) return [];
    // IPv6 has AH among its extension headers: `-p` looks past it, at what follows.
    if (number === PROTOCOL.ah && family === 6) return [{ words: " -m ah" }];
    return [{ protocol: String(number), words: "" }];
  },
  ports: ({ side, protocol, ranges }) =>
    multiports(ranges).map((group) => {
      const [only] = group;
      const single = group.length === 1 && side === "destination" && only !== undefined;
      const option = side === "source" ? "--sports" : "--dports";
      return single
        ? { protocol, words: ` -m ${protocol} --dport ${printRange(only)}` }
        : { protocol, words: ` -m multiport ${option} ${group.map(printRange).join(",")}` };
    }),
  icmp: (match, { family }) =>
    match.family !== family
      ? []
      : match.types.map(({ type, code }) => {
          const printed = code === undefined ? String(type) : `${type}/${code}`;
          return family === 4
            ? { protocol: "icmp", words: ` -m icmp --icmp-type ${printed}` }
            : { protocol: "ipv6-icmp", words: ` -m icmp6 --icmpv6-type ${printed}` };
        }),
  "conntrack-state": ({ states }) => [
    { words: ` -m conntrack --ctstate ${states.map((state) => state.toUpperCase()).join(",")}` },
  ],
  "destination-type": ({ type }, { family }) =>
    type === "broadcast"
      ? [{ words: " -m addrtype --dst-type BROADCAST" }]
      : [{ words: family === 4 ? " -d 224.0.0.0/4" : " -d ff00::/8" }],
  "masquerade-mark": () => [{ words: ` -m mark --mark ${MASQUERADE_MARK}` }],
};

export function printMatch(match: Match, context: MatchContext): Fragment[] {
  const print = PRINTERS[match.kind] as (match: Match, context: MatchContext) => Fragment[];
  return print(match, context);
}

/** ICMP is of IPv4 and ICMPv6 of IPv6: a packet of the other family never carries it in earnest. */
function wrongIcmp(number: number, family: Family): boolean {
  return number === (family === 4 ? PROTOCOL.icmpv6 : PROTOCOL.icmp);
}

function multiports(ranges: readonly PortRange[]): PortRange[][] {
  const groups: PortRange[][] = [];
  let room = 0;
  for (const range of ranges) {
    const slots = range[0] === range[1] ? 1 : 2;
    const last = groups.at(-1);
    if (last === undefined || room < slots) {
      groups.push([range]);
      room = MULTIPORT_SLOTS - slots;
    } else {
      last.push(range);
      room -= slots;
    }
  }
  return groups;
}

function printRange([first, last]: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}
