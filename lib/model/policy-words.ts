import type { HostPolicy, InterfacePolicy } from "./policy";
import type { Countries, CountryNetworks } from "./countries";
import type { AddressPolicy } from "./addresses";
import type { IcmpType, ServiceMatch, ServicePolicy } from "./services";
import { entryInWords } from "./words";

/**
 * The whole policy as lines: what its names mean, then its entries in their order. Whatever changes the host changes a
 * line, so that two versions compared line by line read like a review.
 */
export function policyInWords(policy: HostPolicy, countries?: Countries): string[] {
  return [
    ...policy.zones.map(({ name, interfaces, default: otherwise, containers }) => {
      const docker = containers === undefined ? "" : `  containers ${containers}`;
      const rest = otherwise === undefined ? docker : `${docker}  else ${otherwise}`;
      return `zone       ${name}  ${interfaces.map(interfaceInWords).join(", ")}${rest}`;
    }),
    ...Object.entries(policy.addresses).map(([name, value]) => `address    ${name}  ${addressInWords(value)}`),
    ...Object.entries(countries?.networks ?? {}).map(countryInWords),
    ...Object.entries(policy.services).map(([name, value]) => `service    ${name}  ${serviceInWords(value)}`),
    ...(policy.invalid === "ignore" ? ["invalid    let pass to the entries"] : []),
    ...policy.entries.map(entryInWords),
  ];
}

function interfaceInWords({ name, dhcp, protocols }: InterfacePolicy): string {
  const more = [...(dhcp ? ["DHCP"] : []), ...(protocols ?? []).map((number) => `protocol ${number}`)];
  return more.length === 0 ? name : `${name} (${more.join(", ")})`;
}

function addressInWords({ v4, v6, countries = [] }: AddressPolicy): string {
  return [...v4, ...v6, ...countries.map((code) => `country ${code}`)].join(", ");
}

/** The digest stands for the networks: a line of them all would be no words. */
function countryInWords([code, { v4, v6, digest }]: readonly [string, CountryNetworks]): string {
  return `country    ${code}  ${v4.length} networks of IPv4, ${v6.length} of IPv6, digest ${digest}`;
}

export function serviceInWords(service: ServicePolicy): string {
  return service.map(matchInWords).join(", ");
}

function matchInWords(match: ServiceMatch): string {
  switch (match.kind) {
    case "ports":
      return `${match.protocol} ${match.ports.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(",")}`;
    case "protocol":
      return `protocol ${match.number}`;
    case "icmp": {
      if (match.v4 === undefined && match.v6 === undefined) return "icmp";
      return [icmpInWords("icmp", match.v4), icmpInWords("icmpv6", match.v6)].filter((part) => part !== "").join(", ");
    }
  }
}

function icmpInWords(protocol: string, types: readonly IcmpType[] | undefined): string {
  if (types === undefined) return "";
  const printed = types.map(({ type, code }) => (code === undefined ? String(type) : `${type}/${code}`));
  return `${protocol} ${printed.join(",")}`;
}
