import * as z from "zod";
import { normaliseAddress, type Family } from "./address-spelling";
import { isCountryCode } from "./country-codes";

export { FAMILIES, familyOf, normaliseAddress, type AddressProblem, type Family } from "./address-spelling";

/** A host address or network of a family, in its one spelling. */
export const addressOf = (family: Family) =>
  z.string().check((context) => {
    const normal = normaliseAddress(context.value, family);
    const problem =
      typeof normal !== "string"
        ? `\`${context.value}\` ${normal.problem}`
        : normal !== context.value
          ? `\`${context.value}\` is spelled \`${normal}\``
          : undefined;
    if (problem !== undefined) {
      context.issues.push({ code: "custom", message: problem, params: { sentence: true }, input: context.value });
    }
  });

/** Addresses of both families under one name. An empty family matches nothing of that family. */
export const addressPolicy = z
  .strictObject({
    v4: z.array(addressOf(4)).default([]),
    v6: z.array(addressOf(6)).default([]),
    /** Their networks are looked up when the policy is compiled. */
    countries: z.array(z.string().refine(isCountryCode, "codes of ISO 3166-1, such as `DE`")).min(1).optional(),
  })
  .refine((given) => !isEmptyAddress(given), "at least one address");

export type AddressPolicy = Readonly<{
  v4: readonly string[];
  v6: readonly string[];
  countries?: readonly string[] | undefined;
}>;

export function isEmptyAddress({ v4, v6, countries }: AddressPolicy): boolean {
  return v4.length + v6.length === 0 && countries === undefined;
}

/** All members of several addresses, each once. */
export function joinAddresses(addresses: readonly AddressPolicy[]): AddressPolicy {
  const v4 = new Set(addresses.flatMap((address) => address.v4));
  const v6 = new Set(addresses.flatMap((address) => address.v6));
  const countries = new Set(addresses.flatMap((address) => address.countries ?? []));
  return { v4: [...v4], v6: [...v6], ...(countries.size > 0 && { countries: [...countries].sort() }) };
}
