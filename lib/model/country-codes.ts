import type { Mistake } from "./explain-issues";
import { nearestName, show } from "./findings";

/** ISO 3166-1 alpha-2, and XK, by which registries and databases mean Kosovo. */
export const COUNTRY_CODES = Object.freeze([
  ...(["AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ"] as const),
  ...(["BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS"] as const),
  ...(["BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN"] as const),
  ...(["CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE"] as const),
  ...(["EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF"] as const),
  ...(["GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM"] as const),
  ...(["HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM"] as const),
  ...(["JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC"] as const),
  ...(["LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK"] as const),
  ...(["ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA"] as const),
  ...(["NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG"] as const),
  ...(["PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW"] as const),
  ...(["SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS"] as const),
  ...(["ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO"] as const),
  ...(["TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI"] as const),
  ...(["VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW"] as const),
]);

export type CountryCode = (typeof COUNTRY_CODES)[number];

const known: ReadonlySet<string> = new Set(COUNTRY_CODES);

export function isCountryCode(text: string): text is CountryCode {
  return known.has(text);
}

/** What people write for a country that has another code: ISO's reserved ones, the ones on cars, three letters. */
const OFTEN_MEANT: Readonly<Record<string, CountryCode>> = {
  UK: "GB",
  EN: "GB",
  EL: "GR",
  SU: "RU",
  USA: "US",
  GER: "DE",
  DEU: "DE",
  D: "DE",
  GBR: "GB",
  FRA: "FR",
  AUT: "AT",
  CHE: "CH",
  ITA: "IT",
  ESP: "ES",
  NLD: "NL",
  POL: "PL",
  CHN: "CN",
  RUS: "RU",
  JPN: "JP",
};

/** What is told of a text that is no code of a country. */
export function unknownCountry(given: string): Mistake {
  const near = nearestCountry(given);
  return {
    problem: `${show(given)} is no country`,
    allowed: "a code of ISO 3166-1 in two capital letters, such as `DE`",
    ...(near !== undefined && { fix: `did you mean \`${near}\` (${nameOf(near)})?` }),
  };
}

function nearestCountry(given: string): CountryCode | undefined {
  const code = given.trim().toUpperCase();
  if (isCountryCode(code)) return code;
  const meant = Object.hasOwn(OFTEN_MEANT, code) ? OFTEN_MEANT[code] : undefined;
  // Of codes that differ by a letter none is nearer than another.
  if (meant !== undefined || given.length < 4) return meant;
  const byName = new Map(COUNTRY_CODES.map((one) => [nameOf(one), one]));
  const name = nearestName(given, byName.keys());
  return name === undefined ? undefined : byName.get(name);
}

function nameOf(code: CountryCode): string {
  return new Intl.DisplayNames(["en"], { type: "region" }).of(code) ?? code;
}
