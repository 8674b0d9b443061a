import * as z from "zod";
import { joinAddresses, type AddressPolicy } from "./addresses";
import { mergedNetworks } from "./address-ranges";
import { countryDatabase, type CountryDatabase } from "./country-database";
import type { HostPolicy } from "./policy";
import type { Review } from "./review";

/** The networks of some countries, as few as hold their addresses, in ascending order. */
export const countries = z.strictObject({
  database: countryDatabase,
  networks: z.record(
    z.string(),
    z.strictObject({
      v4: z.array(z.string()),
      v6: z.array(z.string()),
      /** Tells two versions apart. */ digest: z.string(),
    }),
  ),
});

export type CountryNetworks = Readonly<{ v4: readonly string[]; v6: readonly string[]; digest: string }>;
export type Countries = Readonly<{ database: CountryDatabase; networks: Readonly<Record<string, CountryNetworks>> }>;

/** `@ip-location-db/asn-country 2.3.2026061719, of 2026-06-17` */
export function databaseInWords({ name, version, date }: CountryDatabase): string {
  return `${name} ${version}${date === undefined ? "" : `, of ${date}`}`;
}

/** The codes that a policy names, in their order. */
export function countriesIn({ addresses, review }: HostPolicy): string[] {
  const others = [review?.managedFrom, ...(review?.expectations ?? []).flatMap((one) => [one.source, one.destination])];
  return [...new Set([...Object.values(addresses), ...others].flatMap((address) => address?.countries ?? []))].sort();
}

/** The policy with networks in the place of countries: what is compiled. Hosts that name the same ones share the lists. */
export function withNetworks(policy: HostPolicy, given: Countries | undefined): HostPolicy {
  if (countriesIn(policy).length === 0) return policy;
  if (given === undefined) throw new Error(`invariant: no networks of the countries of ${policy.host}`);
  const read = (address: AddressPolicy) => (address.countries === undefined ? address : networksOf(address, given));
  const addresses = Object.entries(policy.addresses).map(([name, address]) => [name, read(address)] as const);
  return {
    ...policy,
    addresses: Object.fromEntries(addresses),
    ...(policy.review && { review: reviewWith(policy.review, read) }),
  };
}

function reviewWith(review: Review, read: (address: AddressPolicy) => AddressPolicy): Review {
  const { managedFrom, expectations } = review;
  return {
    ...review,
    ...(managedFrom && { managedFrom: read(managedFrom) }),
    ...(expectations && {
      expectations: expectations.map((one) => ({
        ...one,
        ...(one.source && { source: read(one.source) }),
        ...(one.destination && { destination: read(one.destination) }),
      })),
    }),
  };
}

const resolvedBefore = new WeakMap<Countries, Map<string, AddressPolicy>>();

function networksOf(address: AddressPolicy, given: Countries): AddressPolicy {
  const known = resolvedBefore.get(given) ?? new Map<string, AddressPolicy>();
  resolvedBefore.set(given, known);
  const key = JSON.stringify(address);
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = resolve(address, given)));
  return found;
}

function resolve({ v4, v6, countries: codes = [] }: AddressPolicy, { networks }: Countries): AddressPolicy {
  const parts = codes.map((code) => {
    const part = networks[code];
    if (part === undefined) throw new Error(`invariant: no networks of the country ${code}`);
    return part;
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && v4.length + v6.length === 0) return { v4: only.v4, v6: only.v6 };
  const all = joinAddresses([{ v4, v6 }, ...parts.map((part) => ({ v4: part.v4, v6: part.v6 }))]);
  return { v4: mergedNetworks(all.v4, 4), v6: mergedNetworks(all.v6, 6) };
}
