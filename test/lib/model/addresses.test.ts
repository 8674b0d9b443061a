import { familyOf, normaliseAddress } from "../../../lib/model/addresses";
import { readAddressText } from "../../../lib/model/address-text";

describe("one spelling", () => {
  test.each<[4 | 6, string, string]>([
    [4, "203.0.113.5", "203.0.113.5"],
    [4, "203.0.113.5/32", "203.0.113.5"],
    [4, "203.0.113.0/24", "203.0.113.0/24"],
    [4, "0.0.0.0/0", "0.0.0.0/0"],
    [6, "2001:DB8:0:0::1", "2001:db8::1"],
    [6, "2001:db8::1/128", "2001:db8::1"],
    [6, "::/0", "::/0"],
    [6, "::1", "::1"],
    [6, "2001:db8::", "2001:db8::"],
    [6, "::ffff:192.0.2.1", "::ffff:c000:201"],
  ])("IPv%i %s is %s", (family, given, expected) => expect(normaliseAddress(given, family)).toBe(expected));
});

describe("refused", () => {
  test.each<[4 | 6, string, string]>([
    [4, "", "is not an IPv4 address"],
    [4, "203.0.113", "is not an IPv4 address"],
    [4, "203.0.113.256", "is not an IPv4 address"],
    [4, "0x7f.0.0.1", "is not an IPv4 address"],
    [4, "010.0.0.1", "is not an IPv4 address"],
    [4, "10.0.0.0/33", "has no valid prefix length"],
    [4, "10.0.0.0/", "has no valid prefix length"],
    [4, "10.0.0.0/-1", "has no valid prefix length"],
    [4, "10.0.0.0/8/8", "has more than one `/`"],
    [4, "10.0.0.1/8", "has host bits below /8"],
    [4, "2001:db8::1", "is an IPv6 address"],
    [6, "10.0.0.1", "is an IPv4 address"],
    [6, "fe80::1%eth0", "is not an IPv6 address"],
    [6, "2001:db8::1/32", "has host bits below /32"],
    [6, "2001:db8::/129", "has no valid prefix length"],
  ])("IPv%i %s %s", (family, given, expected) =>
    expect(normaliseAddress(given, family)).toMatchObject({ problem: expect.stringContaining(expected) }),
  );
});

/** A small generator with a seed: the same addresses in each run. */
function* randomNumbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function randomNetwork(family: 4 | 6, next: () => number): string {
  const bits = family === 4 ? 32 : 128;
  const prefix = Math.floor(next() * (bits + 1));
  const mask = ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix);
  let value = 0n;
  for (let bit = 0; bit < bits; bit += 16)
    value = (value << 16n) | BigInt(next() < 0.4 ? 0 : Math.floor(next() * 65536));
  value &= mask;
  const parts = Array.from(
    { length: bits / (family === 4 ? 8 : 16) },
    (_, index, size = family === 4 ? 8 : 16) => (value >> BigInt(bits - size * (index + 1))) & BigInt(2 ** size - 1),
  );
  const text = family === 4 ? parts.join(".") : parts.map((part) => part.toString(16)).join(":");
  return `${text}/${String(prefix)}`;
}

// Property: normalise(normalise(x)) = normalise(x), and its family is that of x, for every network x.
test.each([4, 6] as const)("normalising an IPv%i network twice changes nothing", (family) => {
  const numbers = randomNumbers(family);
  const next = () => numbers.next().value as number;
  for (let count = 0; count < 500; count++) {
    const given = randomNetwork(family, next);
    const once = normaliseAddress(given, family);
    expect(typeof once).toBe("string");
    expect(normaliseAddress(String(once), family)).toBe(once);
    expect(familyOf(String(once))).toBe(family);
    expect(readAddressText(given)).toMatchObject({ name: once });
  }
});

test("a text that is not meant as an address is a name", () => {
  for (const name of ["office", "site-1", "a.b.c", "v4"]) expect(readAddressText(name)).toBeUndefined();
});
