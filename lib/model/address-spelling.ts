import ipaddr from "ipaddr.js";

export type Family = 4 | 6;
export const FAMILIES: readonly Family[] = [4, 6];

/** Why a text is no address, told in words that complete "`x` …"; and the network, where host bits are all that is wrong. */
export type AddressProblem = { readonly problem: string; readonly suggestion?: string; readonly network?: string };

/**
 * Brings a host address or a network in CIDR notation into its one spelling: `203.0.113.5`, `203.0.113.0/24`,
 * `2001:db8::/32`. A full-length prefix is left out. Host bits below the prefix are a mistake, told with the network
 * that was probably meant.
 */
export function normaliseAddress(text: string, family: Family): string | AddressProblem {
  const [address = "", prefix, ...rest] = text.split("/");
  const full = family === 4 ? 32 : 128;
  if (rest.length > 0) return { problem: "has more than one `/`" };
  const parsed = parseStrictly(address);
  if (parsed === undefined) return { problem: `is not an IPv${family} address` };
  if (parsed.kind() !== `ipv${family}`) {
    return { problem: `is an IPv${family === 4 ? 6 : 4} address`, suggestion: `give it as v${family === 4 ? 6 : 4}` };
  }
  const printed = parsed.toString();
  if (prefix === undefined) return printed;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > full) {
    return { problem: `has no valid prefix length: 0 to ${full} are allowed` };
  }
  const network = networkOf(parsed, Number(prefix));
  if (network !== printed) {
    return {
      problem: `has host bits below /${prefix}`,
      suggestion: `did you mean \`${network}/${prefix}\` or \`${printed}\`?`,
      network: `${network}/${String(Number(prefix))}`,
    };
  }
  return Number(prefix) === full ? printed : `${printed}/${String(Number(prefix))}`;
}

/** The family of a host address or network, or nothing where the text is neither. */
export function familyOf(text: string): Family | undefined {
  const parsed = parseStrictly(text.split("/")[0] ?? "");
  if (parsed === undefined) return undefined;
  return parsed.kind() === "ipv4" ? 4 : 6;
}

/** ipaddr.js also takes `10.1` and `0x7f.1`, as inet_aton does, and zone ids: none has a place in a rule. */
function parseStrictly(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)) return ipaddr.IPv6.parse(text);
  return undefined;
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - bits)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes).toString();
}
