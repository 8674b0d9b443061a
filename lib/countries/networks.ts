import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mergeRanges, networksOf, type AddressRange } from "../model/address-ranges";
import type { Family } from "../model/addresses";
import type { CountryNetworks } from "../model/countries";
import { show } from "../model/findings";
import { UserError } from "../model/user-error";
import type { DatabaseFiles } from "./database";

const read = new Map<string, Map<string, CountryNetworks>>();

/** The networks of some countries; one that the database lacks has none. A country is read once in a process. */
export function networksIn({ files }: DatabaseFiles, codes: readonly string[]): ReadonlyMap<string, CountryNetworks> {
  const known = read.get(files[4]) ?? new Map<string, CountryNetworks>();
  read.set(files[4], known);
  const missing = new Set(codes.filter((code) => !known.has(code)));
  if (missing.size > 0) {
    const ranges = { 4: rangesByCode(files[4], missing), 6: rangesByCode(files[6], missing) };
    const of = (family: Family, code: string) => networksOf(mergeRanges(ranges[family].get(code) ?? []), family);
    for (const code of missing) known.set(code, withDigest(of(4, code), of(6, code)));
  }
  return known;
}

const LINE = /^(\d{1,39}),(\d{1,39}),([A-Z]{2})\r?$/;

function rangesByCode(file: string, codes: ReadonlySet<string>): Map<string, AddressRange[]> {
  const byCode = new Map([...codes].map((code) => [code, [] as AddressRange[]]));
  for (const line of readFileSync(file, "latin1").split("\n")) {
    const [, first = "", last = "", code = ""] = LINE.exec(line) ?? [];
    if (code === "" && line.trim() !== "") {
      throw new UserError(
        "no-country-database",
        `the country database ${show(file)} has the line ${show(line)}`,
        "Allowed: `FIRST,LAST,CODE`, the addresses as whole numbers, the code in two capital letters.",
      );
    }
    byCode.get(code)?.push([BigInt(first), BigInt(last)]);
  }
  return byCode;
}

function withDigest(v4: readonly string[], v6: readonly string[]): CountryNetworks {
  const digest = createHash("sha256")
    .update([...v4, ...v6].join("\n"))
    .digest("hex")
    .slice(0, 12);
  return Object.freeze({ v4: Object.freeze(v4), v6: Object.freeze(v6), digest });
}
