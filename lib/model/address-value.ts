import type { Family } from "./addresses";

/** An address as a number, for comparing: exact for both families. */
export function addressValue(text: string, family: Family): bigint {
  return family === 4 ? ipv4Value(text) : ipv6Value(text);
}

/** First and last address of a host address or a network in CIDR notation, both included. */
export function networkRange(text: string, family: Family): readonly [first: bigint, last: bigint] {
  const [address = "", prefix] = text.split("/");
  const first = addressValue(address, family);
  const full = family === 4 ? 32 : 128;
  const host = BigInt(full - (prefix === undefined ? full : Number(prefix)));
  return [first, first + (1n << host) - 1n];
}

function ipv4Value(text: string): bigint {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return unreadable(text);
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const missing = 8 - before.length - after.length;
  if (missing < 0 || (tail === undefined && missing !== 0)) return unreadable(text);
  // One number made at once: fleets name the same addresses on every host.
  return BigInt(`0x${before.join("")}${"0000".repeat(missing)}${after.join("")}`);
}

/** Groups of four hexadecimal digits. */
function groups(text: string): string[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) return part.padStart(4, "0");
    const embedded = part.includes(".") ? ipv4Value(part) : unreadable(text);
    const digits = embedded.toString(16).padStart(8, "0");
    return [digits.slice(0, 4), digits.slice(4)];
  });
}

function unreadable(text: string): never {
  throw new RangeError(`${JSON.stringify(text)} is no address`);
}
