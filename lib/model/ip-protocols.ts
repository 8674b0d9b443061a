import type { Mistake } from "./explain-issues";
import { nearestName, show } from "./findings";
import { protocolNumber } from "./services";

/** Protocols that hosts speak on an interface beside TCP, UDP and ICMP, by IANA's Assigned Internet Protocol Numbers. */
export const IP_PROTOCOLS: Readonly<Record<string, number>> = Object.freeze({
  igmp: 2,
  ipip: 4,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  eigrp: 88,
  ospf: 89,
  etherip: 97,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
});

/** The number of a protocol that is given by its name or by its number. */
export function readProtocol(given: unknown): number | Mistake {
  const number = protocolNumber.safeParse(given);
  if (number.success) return number.data;
  if (typeof given === "string" && Object.hasOwn(IP_PROTOCOLS, given)) return IP_PROTOCOLS[given] ?? 0;
  const names = Object.keys(IP_PROTOCOLS);
  const near = typeof given === "string" ? nearestName(given, names) : undefined;
  return {
    problem: `${show(given)} is no IP protocol`,
    allowed: `a number from 1 to 255 but 43, 44 and 60, which are extension headers of IPv6, or ${names.map(show).join(", ")}`,
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  };
}
