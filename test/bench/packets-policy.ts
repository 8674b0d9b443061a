import type { Family } from "../../lib/model/addresses";
import type { Backend, HostPolicy } from "../../lib/model/policy";
import { policyOf, rule } from "../fixtures/policy";

/** UDP ports that pairs name; as many behind them are named by none. */
export const PORTS = 10;
export const FIRST_PORT = 9000;

export interface Pair {
  readonly name: string;
  /** As the policy has it: three of four a host, the fourth a network. */
  readonly network: Readonly<Record<Family, string>>;
  /** One of its addresses. */
  readonly source: Readonly<Record<Family, string>>;
  readonly port: number;
}

export function pairAt(index: number): Pair {
  const n = Math.floor(index / PORTS);
  const v4 = `10.${n >> 8}.${n & 255}.`;
  const v6 = `2001:db8:${(0x1000 + n).toString(16)}::`;
  const isHost = n % 4 !== 0;
  return {
    name: `peer-${n}`,
    network: { 4: isHost ? `${v4}7` : `${v4}0/24`, 6: isHost ? `${v6}7` : `${v6}/48` },
    source: { 4: `${v4}7`, 6: `${v6}7` },
    port: FIRST_PORT + (index % PORTS),
  };
}

/** A rule for each pair. What none accepts is dropped: an answer would cost more than the rules do. */
export function policyOfPairs(count: number, backend: Backend): HostPolicy {
  const pairs = Array.from({ length: count }, (_, index) => pairAt(index));
  return policyOf({
    backend,
    zones: { ext: ["wan0"] },
    defaults: { ext: "drop" },
    addresses: Object.fromEntries(pairs.map(({ name, network }) => [name, { v4: [network[4]], v6: [network[6]] }])),
    entries: pairs.map(({ name, port }, index) =>
      rule("accept", "ext", "host", { source: [name], services: [`udp/${port}`], id: `pair-${index}` }),
    ),
  });
}
