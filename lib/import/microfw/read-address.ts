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
    if (normal.network !== undefined) {
      masked.push(text);
      return [normal.network];
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
