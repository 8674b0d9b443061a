import { show } from "./findings";
import type { Mistake } from "./explain-issues";
import { servicePolicy, type PortRange, type ServicePolicy } from "./services";

/** The forms of a service that is written where it is used, for error messages. */
export const SERVICE_FORMS = "`tcp/443`, `udp/8000-8100`, `tcp/80,443`, `protocol/47`";

/**
 * Reads a service that is written where it is used: `tcp/443`, `udp/8000-8100`, `sctp/2905`, `tcp/80,443`,
 * `protocol/47`. A text of no such form is a name, for which the answer is nothing.
 */
export function readServiceText(text: string): ServicePolicy | Mistake | undefined {
  const [, kind = "", rest = ""] = /^(tcp|udp|sctp|protocol)\/(.*)$/s.exec(text) ?? [];
  if (kind === "") return undefined;
  const policy = kind === "protocol" ? [{ kind, number: wholeNumber(rest) }] : readPorts(kind, rest);
  const result = servicePolicy.safeParse(policy);
  if (result.success) return result.data;
  return {
    problem: `${show(text)} is no service`,
    allowed: `${SERVICE_FORMS}, with ports from 1 to 65535 and protocols from 1 to 255 but 43, 44 and 60, which are extension headers of IPv6`,
  };
}

function readPorts(protocol: string, text: string): unknown {
  return [{ kind: "ports", protocol, ports: text.split(",").map(readRange) }];
}

function readRange(text: string): PortRange {
  const [first = "", last = first, ...rest] = text.split("-");
  return rest.length > 0 ? [NaN, NaN] : [wholeNumber(first), wholeNumber(last)];
}

const wholeNumber = (text: string) => (/^[0-9]{1,5}$/.test(text) ? Number(text) : NaN);
