import { addressValue } from "../../model/address-value";
import { normaliseAddress, type Family } from "../../model/addresses";
import { show } from "../../model/findings";
import type { ReadRow } from "./read-rows";
import type { AddressRow } from "./rows";
import { NONE } from "./table";

/** `office  203.0.113.0/24  2001:db8:1::/48`: one host or network of each family, or `-`. */
export const readAddress: ReadRow<AddressRow> = ([name = "", v4 = NONE, v6 = NONE], place, complain) => {
  const masked: string[] = [];
  const read = (text: string, family: Family): readonly string[] => {
    if (text === NONE) return [];
    const normal = normaliseAddress(text, family);
    if (typeof normal === "string") return [normal];
    const network = networkOf(text, family);
    if (network !== undefined) {
      masked.push(text);
      return [network];
    }
    complain({
      problem: `${show(text)} ${normal.problem}`,
      allowed: "an address or a network, such as `203.0.113.5`, `203.0.113.0/24`, `2001:db8::/32`, or `-`",
      fix: normal.suggestion?.startsWith("give it") ? "the columns are IPv4, then IPv6" : hint(text),
    });
    return [];
  };
  const policy = { v4: read(v4, 4), v6: read(v6, 6) };
  return { place, name, policy, masked };
};

function hint(text: string): string {
  return /^[0-9.]+-[0-9.]+$/.test(text)
    ? "write the range as networks, each as an address of its own"
    : "names of machines are not looked up: write the address";
}

/** The network that an address with a prefix is of, where that is all that is unusual about it. */
function networkOf(text: string, family: Family): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const full = family === 4 ? 32 : 128;
  if (rest.length > 0 || prefix === undefined || !/^\d{1,3}$/.test(prefix) || Number(prefix) > full) return undefined;
  if (typeof normaliseAddress(address, family) !== "string") return undefined;
  const hostBits = BigInt(full - Number(prefix));
  const first = (addressValue(address, family) >> hostBits) << hostBits;
  const written = `${family === 4 ? inQuads(first) : inGroups(first)}/${Number(prefix)}`;
  const normal = normaliseAddress(written, family);
  return typeof normal === "string" ? normal : undefined;
}

const inQuads = (value: bigint) => [24n, 16n, 8n, 0n].map((bits) => (value >> bits) & 255n).join(".");

const inGroups = (value: bigint) =>
  [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((group) => ((value >> (group * 16n)) & 0xffffn).toString(16)).join(":");
