import type { RejectAnswer, Verdict } from "../../compile/ruleset";
import { MASQUERADE_BIT } from "./matches";
import { chainName } from "./names";

type Printers = { readonly [K in Verdict["kind"]]: (verdict: Extract<Verdict, { kind: K }>) => string };

const PRINTERS: Printers = {
  accept: () => "accept",
  drop: () => "drop",
  reject: ({ answer }) => `reject with ${ANSWERS[answer]}`,
  jump: ({ chain }) => `jump ${chainName(chain)}`,
  goto: ({ chain }) => `goto ${chainName(chain)}`,
  "mark-masquerade": () => `meta mark set meta mark | ${MASQUERADE_BIT}`,
  masquerade: () => "masquerade",
};

/** `icmpx` is the ICMP code for IPv4 and its counterpart of ICMPv6 for IPv6. */
const ANSWERS: Readonly<Record<RejectAnswer, string>> = {
  "tcp-reset": "tcp reset",
  "port-unreachable": "icmpx port-unreachable",
  "host-unreachable": "icmpx host-unreachable",
  "admin-prohibited": "icmpx admin-prohibited",
};

export function printVerdict(verdict: Verdict): string {
  const print = PRINTERS[verdict.kind] as (verdict: Verdict) => string;
  return print(verdict);
}
