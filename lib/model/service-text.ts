import { show } from "./findings";
import type { Mistake } from "./explain-issues";
import { servicePolicy, type IcmpType, type PortRange, type ServicePolicy } from "./services";

/** The forms of a service that is written where it is used, for error messages. */
export const SERVICE_FORMS = "`tcp/443`, `udp/8000-8100`, `tcp/80,443`, `protocol/47`, `icmp/8`, `icmpv6/128`";

/**
 * Reads a service that is written where it is used: `tcp/443`, `udp/8000-8100`, `sctp/2905`, `tcp/80,443`,
 * `protocol/47`, and ICMP types, with a code where one is meant: `icmp/8`, `icmp/3/4`, `icmpv6/128,129`. A text of no such
 * form is a name, for which the answer is nothing.
 */
export function readServiceText(text: string): ServicePolicy | Mistake | undefined {
  const [, kind = "", rest = ""] = /^(tcp|udp|sctp|protocol|icmp|icmpv6)\/(.*)$/s.exec(text) ?? [];
  if (kind === "") return undefined;
  const result = servicePolicy.safeParse([matchOf(kind, rest)]);
  if (result.success) return result.data;
  return {
    problem: `${show(text)} is no service`,
    allowed: `${SERVICE_FORMS}, with ports from 1 to 65535, ICMP types and codes up to 255, and protocols from 1 to 255 but 43, 44 and 60, which are extension headers of IPv6`,
  };
}

function matchOf(kind: string, text: string): unknown {
  switch (kind) {
    case "protocol":
      return { kind, number: wholeNumber(text) };
    case "icmp":
      return { kind, v4: text.split(",").map(readType) };
    case "icmpv6":
      return { kind: "icmp", v6: text.split(",").map(readType) };
    default:
      return { kind: "ports", protocol: kind, ports: text.split(",").map(readRange) };
  }
}

function readType(text: string): IcmpType {
  const [type = "", code, ...rest] = text.split("/");
  if (rest.length > 0) return { type: NaN };
  return code === undefined ? { type: wholeNumber(type) } : { type: wholeNumber(type), code: wholeNumber(code) };
}

function readRange(text: string): PortRange {
  const [first = "", last = first, ...rest] = text.split("-");
  return rest.length > 0 ? [NaN, NaN] : [wholeNumber(first), wholeNumber(last)];
}

const wholeNumber = (text: string) => (/^[0-9]{1,5}$/.test(text) ? Number(text) : NaN);
