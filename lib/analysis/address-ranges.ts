import { networkRange } from "../model/address-value";
import type { Family } from "../model/addresses";
import { withRecent } from "../model/recent";
import type { Range } from "./partition";

/** A list is asked for several times, and hosts of a fleet share lists: each is read once. So are networks in many lists. */
const known4 = new WeakMap<readonly string[], readonly Range<number>[]>();
const known6 = new WeakMap<readonly string[], readonly Range<bigint>[]>();

/** Addresses of IPv4 are numbers: tens of thousands of them are common. */
export function rangesOf4(texts: readonly string[]): readonly Range<number>[] {
  let ranges = known4.get(texts);
  if (ranges === undefined) known4.set(texts, (ranges = texts.map(rangeOf4)));
  return ranges;
}

export function rangesOf6(texts: readonly string[]): readonly Range<bigint>[] {
  let ranges = known6.get(texts);
  if (ranges === undefined) known6.set(texts, (ranges = texts.map(rangeOf6)));
  return ranges;
}

const rangeOf6 = withRecent((text) => networkRange(text, 6));

const rangeOf4 = withRecent((text): Range<number> => {
  const slash = text.indexOf("/");
  const first = valueOf4(slash < 0 ? text : text.slice(0, slash));
  return [first, first + (slash < 0 ? 1 : 2 ** (32 - Number(text.slice(slash + 1)))) - 1];
});

export function valueOf4(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

/** An address in its one spelling: RFC 5952 leaves out the longest row of zeros, the first one of equals. */
export function addressText(value: number | bigint, family: Family): string {
  if (family === 4) {
    const number = Number(value);
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, at) => Number((BigInt(value) >> BigInt(112 - 16 * at)) & 0xffffn));
  let [start, length] = [-1, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const inHex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  return start < 0 ? inHex(groups) : `${inHex(groups.slice(0, start))}::${inHex(groups.slice(start + length))}`;
}

/** The networks that make up a row of addresses, as few as there can be. */
export function networksIn([first, last]: Range<number> | Range<bigint>, family: Family): string[] {
  const width = family === 4 ? 32n : 128n;
  const networks: string[] = [];
  for (let from = BigInt(first), end = BigInt(last); from <= end;) {
    let bits = 0n;
    while (bits < width && (from & ((1n << (bits + 1n)) - 1n)) === 0n && from + (1n << (bits + 1n)) - 1n <= end) bits++;
    const prefix = width - bits;
    networks.push(`${addressText(from, family)}${prefix === width ? "" : `/${prefix}`}`);
    from += 1n << bits;
  }
  return networks;
}
