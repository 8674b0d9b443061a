import type { Family } from "../../model/addresses";
import type { RejectAnswer, Verdict } from "../../compile/ruleset";
import type { ChainNames } from "./chain-names";
import { markOf } from "./matches";

export interface VerdictContext {
  readonly family: Family;
  readonly chainNames: ChainNames;
}

type Printers = {
  readonly [K in Verdict["kind"]]: (verdict: Extract<Verdict, { kind: K }>, context: VerdictContext) => string;
};

const PRINTERS: Printers = {
  accept: () => "-j ACCEPT",
  drop: () => "-j DROP",
  // Ours is the only chain that the kernel's own one has entered.
  leave: () => "-j RETURN",
  reject: ({ answer }, { family }) => `-j REJECT --reject-with ${ANSWERS[answer][family]}`,
  jump: ({ chain }, { chainNames }) => `-j ${chainNames(chain)}`,
  goto: ({ chain }, { chainNames }) => `-g ${chainNames(chain)}`,
  "mark-masquerade": ({ source }) => `-j MARK --set-xmark ${markOf(source)}`,
  masquerade: () => "-j MASQUERADE",
  snat: (verdict, { family }) => `-j SNAT --to-source ${addressOf(verdict, family)}`,
  dnat: (verdict, { family }) => {
    const address = addressOf(verdict, family);
    if (verdict.port === undefined) return `-j DNAT --to-destination ${address}`;
    return `-j DNAT --to-destination ${family === 4 ? address : `[${address}]`}:${verdict.port}`;
  },
  // The model lets no character into a prefix that would need more than the quotes.
  log: ({ prefix, level }) => `-j LOG --log-prefix "${logPrefix(prefix)}" --log-level ${level}`,
};

const ANSWERS: Readonly<Record<RejectAnswer, Readonly<Record<Family, string>>>> = {
  "tcp-reset": { 4: "tcp-reset", 6: "tcp-reset" },
  "port-unreachable": { 4: "icmp-port-unreachable", 6: "icmp6-port-unreachable" },
  "host-unreachable": { 4: "icmp-host-unreachable", 6: "icmp6-addr-unreachable" },
  "admin-prohibited": { 4: "icmp-admin-prohibited", 6: "icmp6-adm-prohibited" },
};

/** INVARIANT: a rule that changes an address is of the families that it has one of. */
function addressOf({ v4, v6 }: { readonly v4?: string; readonly v6?: string }, family: Family): string {
  const address = family === 4 ? v4 : v6;
  if (address === undefined || !/^[0-9a-f:.]+$/.test(address)) {
    throw new Error(`invariant: ${JSON.stringify(address)} is no IPv${family} address to put in`);
  }
  return address;
}

function logPrefix(prefix: string): string {
  if (!/^[A-Za-z0-9 _.,:;()[\]/=+-]{1,29}$/.test(prefix))
    throw new Error(`invariant: ${JSON.stringify(prefix)} is no log prefix`);
  return prefix;
}

export function printVerdict(verdict: Verdict, context: VerdictContext): string {
  const print = PRINTERS[verdict.kind] as (verdict: Verdict, context: VerdictContext) => string;
  return print(verdict, context);
}
