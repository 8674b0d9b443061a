import { familyOf, normaliseAddress, type AddressPolicy } from "./addresses";
import { isCountryCode, unknownCountry } from "./country-codes";
import type { Mistake } from "./explain-issues";
import { show } from "./findings";

/** An address that is written where it is used; its one spelling is its name. */
export type LiteralAddress = Readonly<{ name: string; policy: AddressPolicy }>;

const COUNTRY = "country:";

/**
 * Reads `203.0.113.0/24`, `2001:db8::1` or `country:DE`. A text that is not meant as an address is a name: nothing is
 * returned.
 */
export function readAddressText(text: string): LiteralAddress | Mistake | undefined {
  if (text.startsWith(COUNTRY)) return readCountry(text.slice(COUNTRY.length));
  const family = familyOf(text) ?? (text.includes(":") ? 6 : /^[0-9.]+(\/.*)?$/.test(text) ? 4 : undefined);
  if (family === undefined) return undefined;
  const normal = normaliseAddress(text, family);
  if (typeof normal !== "string") return addressMistake(text, normal.problem, normal.suggestion);
  return { name: normal, policy: family === 4 ? { v4: [normal], v6: [] } : { v4: [], v6: [normal] } };
}

function readCountry(code: string): LiteralAddress | Mistake {
  if (!isCountryCode(code)) return unknownCountry(code);
  return { name: `${COUNTRY}${code}`, policy: { v4: [], v6: [], countries: [code] } };
}

/** Sorts texts of one family into the addresses that they are, each once, and the mistakes that they hold. */
export function readAddressesOf(
  family: 4 | 6,
  texts: readonly unknown[],
): { addresses: string[]; mistakes: Mistake[] } {
  const addresses = new Set<string>();
  const mistakes: Mistake[] = [];
  for (const text of texts) {
    const normal = typeof text === "string" ? normaliseAddress(text, family) : { problem: "is not text" };
    if (typeof normal === "string") addresses.add(normal);
    else mistakes.push(addressMistake(text, normal.problem, normal.suggestion));
  }
  return { addresses: [...addresses], mistakes };
}

function addressMistake(text: unknown, problem: string, suggestion?: string): Mistake {
  return {
    problem: `${show(text)} ${problem}`,
    allowed: "an address or a network, such as `203.0.113.5`, `203.0.113.0/24`, `2001:db8::/32`",
    ...(suggestion === undefined ? {} : { fix: suggestion }),
  };
}
