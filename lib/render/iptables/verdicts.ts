import type { Family } from "../../model/addresses";
import type { RejectAnswer, Verdict } from "../../compile/ruleset";
import type { ChainNames } from "./chain-names";
import { MASQUERADE_MARK } from "./matches";

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
  reject: ({ answer }, { family }) => `-j REJECT --reject-with ${ANSWERS[answer][family]}`,
  jump: ({ chain }, { chainNames }) => `-j ${chainNames(chain)}`,
  goto: ({ chain }, { chainNames }) => `-g ${chainNames(chain)}`,
  "mark-masquerade": () => `-j MARK --set-xmark ${MASQUERADE_MARK}`,
  masquerade: () => "-j MASQUERADE",
};

const ANSWERS: Readonly<Record<RejectAnswer, Readonly<Record<Family, string>>>> = {
  "tcp-reset": { 4: "tcp-reset", 6: "tcp-reset" },
  "port-unreachable": { 4: "icmp-port-unreachable", 6: "icmp6-port-unreachable" },
  "host-unreachable": { 4: "icmp-host-unreachable", 6: "icmp6-addr-unreachable" },
  "admin-prohibited": { 4: "icmp-admin-prohibited", 6: "icmp6-adm-prohibited" },
};

export function printVerdict(verdict: Verdict, context: VerdictContext): string {
  const print = PRINTERS[verdict.kind] as (verdict: Verdict, context: VerdictContext) => string;
  return print(verdict, context);
}
