import type { Family } from "../../model/addresses";
import type { RejectAnswer, Verdict } from "../../compile/ruleset";
import { MASQUERADE_BIT, sourceMark } from "./matches";
import { chainName } from "./names";
import { quoteComment } from "./quote";

type Printers = {
  readonly [K in Verdict["kind"]]: (verdict: Extract<Verdict, { kind: K }>, family: Family | undefined) => string;
};

const PRINTERS: Printers = {
  accept: () => "accept",
  drop: () => "drop",
  leave: () => "accept",
  reject: ({ answer }) => `reject with ${ANSWERS[answer]}`,
  jump: ({ chain }) => `jump ${chainName(chain)}`,
  goto: ({ chain }) => `goto ${chainName(chain)}`,
  "mark-masquerade": ({ source }) =>
    source === undefined
      ? `meta mark set meta mark | ${MASQUERADE_BIT}`
      : `meta mark set meta mark & 0xffffe0ff | ${sourceMark(source)}`,
  masquerade: () => "masquerade",
  snat: (verdict, family) => `snat ${familyWord(family)} to ${addressOf(verdict, family)}`,
  dnat: (verdict, family) => {
    const address = addressOf(verdict, family);
    const port = verdict.port === undefined ? "" : `:${verdict.port}`;
    return `dnat ${familyWord(family)} to ${family === 6 && port !== "" ? `[${address}]` : address}${port}`;
  },
  log: ({ prefix, level }) => `log prefix ${quoteComment(prefix)} level ${level === "warning" ? "warn" : level}`,
};

/** `icmpx` is the ICMP code for IPv4 and its counterpart of ICMPv6 for IPv6. */
const ANSWERS: Readonly<Record<RejectAnswer, string>> = {
  "tcp-reset": "tcp reset",
  "port-unreachable": "icmpx port-unreachable",
  "host-unreachable": "icmpx host-unreachable",
  "admin-prohibited": "icmpx admin-prohibited",
};

/** Whether a verdict is written for one family at a time: it puts in an address. */
export function isOfOneFamily({ kind }: Verdict): boolean {
  return kind === "snat" || kind === "dnat";
}

export function printVerdict(verdict: Verdict, family?: Family): string {
  const print = PRINTERS[verdict.kind] as (verdict: Verdict, family: Family | undefined) => string;
  return print(verdict, family);
}

function familyWord(family: Family | undefined): string {
  return family === 6 ? "ip6" : "ip";
}

/** INVARIANT: a rule that changes an address is of the families that it has one of. */
function addressOf({ v4, v6 }: { readonly v4?: string; readonly v6?: string }, family: Family | undefined): string {
  const address = family === 4 ? v4 : family === 6 ? v6 : undefined;
  if (address === undefined || !/^[0-9a-f:.]+$/.test(address)) {
    throw new Error(`invariant: ${JSON.stringify(address)} is no address of family ${String(family)} to put in`);
  }
  return address;
}
