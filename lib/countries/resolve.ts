import { checkPolicy } from "../model/check-policy";
import { exceptionsTakeSomeAway } from "../model/checks/exceptions";
import { familiesMeet, snatMeetsTheFamily } from "../model/checks/families";
import { countriesIn, withNetworks, type Countries, type CountryNetworks } from "../model/countries";
import { DEFAULT_COUNTRY_DATABASE } from "../model/country-database";
import { show, type Finding } from "../model/findings";
import { FindingsError } from "../model/findings-error";
import type { HostPolicy } from "../model/policy";
import { findDatabase, type DatabaseFiles } from "./database";
import { networksIn } from "./networks";

/** What depends on the networks of countries, and could not be told before they were known. */
const CHECKS = [familiesMeet, snatMeetsTheFamily, exceptionsTakeSomeAway];

/** The countries of policies, by the name of the database that they are read from. */
export type CountriesByDatabase = ReadonlyMap<string, Countries>;

/**
 * Looks up the countries that policies name. Where there are none, no database is looked for.
 * @throws UserError `no-country-database`; FindingsError `invalid-policy` where a country has no addresses, or an entry
 * can not match with those that it has
 */
export function resolveCountries(policies: readonly HostPolicy[]): CountriesByDatabase {
  const codes = new Map<string, Set<string>>();
  for (const policy of policies) {
    const named = countriesIn(policy);
    if (named.length === 0) continue;
    const name = databaseOf(policy);
    codes.set(name, new Set([...(codes.get(name) ?? []), ...named]));
  }
  if (codes.size === 0) return NONE;
  const resolved = new Map([...codes].map(([name, wanted]) => [name, read(findDatabase(name), [...wanted])]));
  const findings = policies.flatMap((policy) => findingsOf(policy, resolved));
  if (findings.length > 0) throw new FindingsError("invalid-policy", "the use of countries", findings);
  return resolved;
}

const NONE: CountriesByDatabase = new Map();

/** What one policy needs of it; nothing where it names no country. */
export function countriesOf(policy: HostPolicy, resolved: CountriesByDatabase): Countries | undefined {
  const codes = countriesIn(policy);
  const all = codes.length === 0 ? undefined : resolved.get(databaseOf(policy));
  if (all === undefined) return undefined;
  const known = parts.get(all) ?? new Map<string, Countries>();
  parts.set(all, known);
  const found = known.get(codes.join()) ?? only(codes, all);
  known.set(codes.join(), found);
  return found;
}

/** One object for all hosts that name the same countries: what is worked out about it is worked out once. */
const parts = new WeakMap<Countries, Map<string, Countries>>();

function only(codes: readonly string[], { database, networks }: Countries): Countries {
  return { database, networks: Object.fromEntries(Object.entries(networks).filter(([code]) => codes.includes(code))) };
}

function databaseOf({ countryDatabase }: HostPolicy): string {
  return countryDatabase ?? DEFAULT_COUNTRY_DATABASE;
}

function read(files: DatabaseFiles, codes: readonly string[]): Countries {
  const known = networksIn(files, codes);
  const networks: Record<string, CountryNetworks> = {};
  for (const code of [...codes].sort()) {
    const found = known.get(code);
    if (found !== undefined) networks[code] = found;
  }
  return { database: files.database, networks };
}

function findingsOf(policy: HostPolicy, resolved: CountriesByDatabase): Finding[] {
  const countries = countriesOf(policy, resolved);
  if (countries === undefined) return [];
  const empty = countriesIn(policy).filter((code) => isEmpty(countries.networks[code]));
  if (empty.length > 0) return empty.map((code) => withoutAddresses(code, policy, countries));
  return checkPolicy(withNetworks(policy, countries), {}, CHECKS);
}

const isEmpty = (networks: CountryNetworks | undefined) =>
  networks === undefined || networks.v4.length + networks.v6.length === 0;

function withoutAddresses(code: string, policy: HostPolicy, { database }: Countries): Finding {
  const names = Object.keys(policy.addresses).filter((name) => policy.addresses[name]?.countries?.includes(code));
  const user = policy.entries.find((entry) =>
    [
      ...entry.source,
      ...(entry.kind === "rule" ? entry.destination : entry.external),
      ...(entry.exceptSource ?? []),
      ...(entry.exceptDestination ?? []),
    ].some((name) => names.includes(name)),
  );
  return {
    origin: user?.origin ?? { path: policy.path },
    problem: `the country ${show(code)} has no addresses in ${show(database.name)} ${database.version}`,
    fix: "leave it out, or name another database by `countryDatabase`",
  };
}
