import ipaddr from "ipaddr.js";
import { networkRange } from "./address-value";
import type { Family } from "./addresses";

/** First and last address, both included. */
export type AddressRange = readonly [first: bigint, last: bigint];

const known = new WeakMap<readonly string[], readonly AddressRange[]>();

/**
 * The ranges that a list of addresses and networks covers: in ascending order, none of them meeting another. A list is
 * read once: those of countries have tens of thousands of members, and the hosts of a fleet share them.
 */
export function rangesOf(addresses: readonly string[], family: Family): readonly AddressRange[] {
  let ranges = known.get(addresses);
  if (ranges === undefined) {
    ranges = mergeRanges(addresses.map((address) => networkRange(address, family)));
    known.set(addresses, ranges);
  }
  return ranges;
}

/** The same addresses in as few ranges as can be, in ascending order. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const before = merged.at(-1);
    if (before === undefined || first > before[1] + 1n) merged.push([first, last]);
    else if (last > before[1]) before[1] = last;
  }
  return merged;
}

/** Whether two lists of ranges, each in ascending order, have an address in common. */
export function rangesMeet(one: readonly AddressRange[], other: readonly AddressRange[]): boolean {
  let at = 0;
  for (const [first, last] of one) {
    while (at < other.length && (other[at]?.[1] ?? 0n) < first) at++;
    const there = other[at];
    if (there !== undefined && there[0] <= last) return true;
  }
  return false;
}

/** Whether every address of the inner ranges is one of the outer ones, which do not meet each other. */
export function rangesHold(outer: readonly AddressRange[], inner: readonly AddressRange[]): boolean {
  return inner.every(([first, last]) => {
    const around = rangeAt(outer, first);
    return around !== undefined && last <= around[1];
  });
}

/** The range that holds an address. */
export function rangeAt(ranges: readonly AddressRange[], address: bigint): AddressRange | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.[1] ?? 0n) < address) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range[0] <= address ? range : undefined;
}

/** The same addresses as the fewest networks, in ascending order. */
export function mergedNetworks(addresses: readonly string[], family: Family): string[] {
  return networksOf(rangesOf(addresses, family), family);
}

/** The fewest networks that cover the ranges, in ascending order and in the one spelling of addresses. */
export function networksOf(ranges: readonly AddressRange[], family: Family): string[] {
  return ranges.flatMap(([first, last]) => {
    const networks: string[] = [];
    for (let start = first; start <= last;) {
      const bits = widestAt(start, last, family);
      networks.push(networkText(start, bits, family));
      start += 1n << BigInt(bits);
    }
    return networks;
  });
}

/** How many low bits the largest network has that begins there and does not go beyond the last address. */
function widestAt(start: bigint, last: bigint, family: Family): number {
  const room = bitLength(last - start + 1n) - 1;
  const aligned = start === 0n ? (family === 4 ? 32 : 128) : bitLength(start & -start) - 1;
  return Math.min(room, aligned);
}

const bitLength = (value: bigint) => value.toString(2).length;

function networkText(start: bigint, hostBits: number, family: Family): string {
  const digits = start.toString(16).padStart(family === 4 ? 8 : 32, "0");
  const parts = digits.match(family === 4 ? /../g : /..../g) ?? [];
  const numbers = parts.map((part) => parseInt(part, 16));
  const address = family === 4 ? numbers.join(".") : new ipaddr.IPv6(numbers).toString();
  return hostBits === 0 ? address : `${address}/${(family === 4 ? 32 : 128) - hostBits}`;
}
