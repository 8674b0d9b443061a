import type { Family } from "../../model/addresses";
import { PROTOCOL, type Match } from "../../compile/ruleset";
import type { PortRange } from "../../model/services";
import { plainAddress, plainWord } from "./quote";
import { pairSetName } from "./pair-sets";
import { GENERATION_MARK, ourLiveSet, type AddressTests } from "./sets";

/** The one bit of the packet's mark that is ours. Kubernetes uses 0x4000 and 0x8000, Calico the upper half. */
export const MASQUERADE_MARK = "0x1000/0x1000";

/** Four bits below it hold the number of an address to put in, where there are any. */
export function markOf(source: number | undefined): string {
  return source === undefined ? MASQUERADE_MARK : `0x${(0x1000 | (source << 8)).toString(16)}/0x1f00`;
}

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
  "in-interface": ({ name }) => [{ words: ` -i ${interfaceWord(name)}` }],
  "out-interface": ({ name }) => [{ words: ` -o ${interfaceWord(name)}` }],
  address: ({ side, set, except = false }, { family, addressTest }) => {
    const test = addressTest(set, family);
    switch (test.kind) {
      case "none":
        return except ? [{ words: "" }] : [];
      case "any":
        return except ? [] : [{ words: "" }];
      case "one":
        return [{ words: `${not(except)} ${side === "source" ? "-s" : "-d"} ${plainAddress(test.address)}` }];
      case "set":
        return [{ words: ` -m set${not(except)} --match-set ${test.name} ${side === "source" ? "src" : "dst"}` }];
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
  forwarded: ({ is }) => [{ words: ` -m conntrack${not(!is)} --ctstate DNAT` }],
  "destination-type": ({ type, except = false }, { family }) => {
    switch (type) {
      case "local":
        return [{ words: ` -m addrtype${not(except)} --dst-type LOCAL` }];
      case "broadcast":
        // IPv6 has no broadcast.
        if (family === 6) return except ? [{ words: "" }] : [];
        return [{ words: ` -m addrtype${not(except)} --dst-type BROADCAST` }];
      case "multicast":
        return [{ words: `${not(except)} -d ${family === 4 ? "224.0.0.0/4" : "ff00::/8"}` }];
    }
  },
  limit: ({ name, rate, burst, perSource }) => {
    const mode = perSource ? " --hashlimit-mode srcip" : "";
    // The kernel keeps a table's settings as long as its name is in use: a new generation gets new names.
    const table = ` --hashlimit-name cdkfw-${GENERATION_MARK}-${plainWord(name)}`;
    return [
      { words: ` -m hashlimit --hashlimit-upto ${rate.count}/${rate.per} --hashlimit-burst ${burst}${mode}${table}` },
    ];
  },
  connections: ({ most, perSource }, { family }) => {
    const mask = perSource ? (family === 4 ? 32 : 128) : 0;
    return [{ words: ` -m connlimit --connlimit-upto ${most} --connlimit-mask ${mask} --connlimit-saddr` }];
  },
  // Without --kerneltz the kernel reads it in UTC.
  before: ({ moment }) => [{ words: ` -m time --datestop ${moment.replace(/Z$/, "")}` }],
  raw: ({ raw }) => {
    if (raw.iptables === undefined) throw new Error("invariant: a raw match has no words for iptables");
    return [{ words: ` ${raw.iptables.map(rawWord).join(" ")}` }];
  },
  published: ({ container, at }, { family }) => [
    { words: ` -m set --match-set ${ourLiveSet(container, at, family)} dst,dst` },
  ],
  "asked-ports": ({ protocol, ranges }) =>
    ranges.map((range) => ({
      protocol,
      words: ` -m conntrack --ctorigdstport ${printRange(range)} --ctdir ORIGINAL`,
    })),
  pairs: ({ name, pairs }, { family }) =>
    pairs.some((pair) => pair.family === family)
      ? [{ words: ` -m set --match-set ${pairSetName(name, family)} src,dst` }]
      : [],
  "masquerade-mark": ({ source }) => [{ words: ` -m mark --mark ${markOf(source)}` }],
};

export function printMatch(match: Match, context: MatchContext): Fragment[] {
  const print = PRINTERS[match.kind] as (match: Match, context: MatchContext) => Fragment[];
  return print(match, context);
}

function not(negated: boolean): string {
  return negated ? " !" : "";
}

/** iptables writes "all that begin so" with a plus. */
function interfaceWord(name: string): string {
  return plainWord(name.replace(/\*$/, "+"));
}

function rawWord(word: string): string {
  if (!/^!$|^[A-Za-z0-9_.:,/=+-]+$/.test(word)) throw new Error(`invariant: ${JSON.stringify(word)} is no raw word`);
  return word;
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
