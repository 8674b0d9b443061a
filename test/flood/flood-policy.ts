import type { Family } from "../../lib/model/addresses";
import { rule, type PolicyParts } from "../fixtures/policy";

/** Kinds of packets that both rulesets treat alike, by each way in which rules find them. */
export const FLOODS: readonly {
  readonly what: string;
  readonly port: number;
  readonly allowed: boolean;
  /** Who sends it: the number of a source. */
  readonly from: number;
}[] = [
  { what: "allowed by a rule", port: 9000, allowed: true, from: 1 },
  { what: "allowed by a list of addresses", port: 9001, allowed: true, from: 3 },
  { what: "allowed by a set of pairs", port: 9002, allowed: true, from: 30 },
  { what: "allowed by one of several ports", port: 9005, allowed: true, from: 1 },
  { what: "forbidden by a rule", port: 9100, allowed: false, from: 1 },
  { what: "forbidden by a list of addresses", port: 9101, allowed: false, from: 3 },
  { what: "forbidden by a set of pairs", port: 9102, allowed: false, from: 30 },
  { what: "forbidden by one of several ports", port: 9105, allowed: false, from: 1 },
  { what: "forbidden by the last rule", port: 9103, allowed: false, from: 1 },
];

export function sourceOf(n: number): Readonly<Record<Family, string>> {
  return { 4: `10.1.${n}.7`, 6: `2001:db8:f${n}::7` };
}

const PEERS = 60;

/** Behind what is forbidden stands what allows it: where a set were empty for a moment, the packet came through. */
export function floodPolicy(variant: number): PolicyParts {
  const peers = Array.from({ length: PEERS }, (_, n) => n);
  const others = Array.from({ length: 100 }, (_, n) =>
    rule("reject", "ext", "host", { source: [`10.${200 + variant}.${n}.0/24`], services: [`tcp/${2000 + n}`] }),
  );
  const list = peers.slice(0, 10).map((n) => sourceOf(n));
  return {
    zones: { mgmt: ["eth0"], ext: ["wan0"] },
    addresses: {
      ...Object.fromEntries(peers.map((n) => [`peer-${n}`, { v4: [sourceOf(n)[4]], v6: [sourceOf(n)[6]] }])),
      listed: {
        v4: [...list.map((one) => one[4]), `192.0.2.${variant}`],
        v6: [...list.map((one) => one[6]), `2001:db8:ff::${variant}`],
      },
    },
    entries: [
      rule("accept", "mgmt", "host", { services: ["ssh"] }),
      ...others,
      rule("drop", "ext", "host", { services: ["udp/9100"] }),
      rule("drop", "ext", "host", { services: ["udp/9101"], source: ["listed"] }),
      ...peers.map((n) => rule("drop", "ext", "host", { services: ["udp/9102"], source: [`peer-${n}`] })),
      rule("drop", "ext", "host", { services: ["udp/9105,9107-9109"] }),
      rule("accept", "ext", "host", { services: ["udp/9000"] }),
      rule("accept", "ext", "host", { services: ["udp/9005,9007-9009"] }),
      rule("accept", "ext", "host", { services: ["udp/9001"], source: ["listed"] }),
      ...peers.map((n) => rule("accept", "ext", "host", { services: ["udp/9002"], source: [`peer-${n}`] })),
      rule("accept", "ext", "host", { services: ["udp/9100-9102,9105"] }),
      rule("drop", "ext", "host"),
    ],
  };
}
