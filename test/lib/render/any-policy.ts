import fc from "fast-check";
import type { AddressPolicy } from "../../../lib/model/addresses";
import { hostPolicy, type HostPolicy } from "../../../lib/model/policy";
import { protocolNumber, type PortRange, type ServiceMatch } from "../../../lib/model/services";
import { policyOf, rule } from "../../fixtures/policy";

/** Any policy that passes the checks, with hostile words wherever users can have words. */
export const anyPolicy: fc.Arbitrary<HostPolicy> = fc
  .record({
    zones: fc.uniqueArray(
      fc.record({
        name: fc.oneof(
          fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/).filter((name) => !["all", "host", "fw"].includes(name)),
          fc.constantFrom("a-b", "a", "b-c", "c", "z".repeat(32)),
        ),
        dhcp: fc.boolean(),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
    ),
    addresses: fc.array(anyAddress(), { minLength: 1, maxLength: 6 }),
    services: fc.array(fc.array(anyMatch(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
    entries: fc.array(
      fc.record({
        action: fc.constantFrom("accept", "accept+nat", "reject", "drop"),
        from: fc.nat(),
        to: fc.nat(),
        source: fc.array(fc.nat(), { maxLength: 3 }),
        destination: fc.array(fc.nat(), { maxLength: 2 }),
        services: fc.array(fc.nat(), { maxLength: 3 }),
        comment: words(200),
        path: words(400),
      }),
      { maxLength: 25 },
    ),
  })
  .map(({ zones, addresses, services, entries }) => {
    const zoneNames = zones.map(({ name }) => name);
    const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
    const name = (kind: string, list: readonly unknown[]) => (n: number) => `${kind}-${n % list.length}`;
    const policy = policyOf({
      zones: Object.fromEntries(
        zones.map(({ name, dhcp, count }, index) => [
          name,
          Array.from({ length: count }, (_, n) => `if${index}.${n}${dhcp ? " dhcp" : ""}`),
        ]),
      ),
      addresses: Object.fromEntries(addresses.map((one, n) => [`address-${n}`, one])),
      services: Object.fromEntries(services.map((one, n) => [`service-${n}`, one])),
      entries: entries.map(({ action, from, to, source, destination, comment, path, ...given }) => {
        const outbound = from % 5 === 0;
        const start = outbound ? "host" : pick(zoneNames, from);
        const goal = pick(outbound ? ["all", ...zoneNames] : ["all", "host", ...zoneNames], to);
        const does = (outbound || goal === "host") && action === "accept+nat" ? "accept" : action;
        return {
          ...rule(does, start, goal, {
            source: source.map(name("address", addresses)),
            destination: destination.map(name("address", addresses)),
            services: given.services.map(name("service", services)),
            ...(comment !== "" && { comment }),
          }),
          origin: { path },
        };
      }),
    });
    return hostPolicy.parse(policy);
  });

function words(maxLength: number): fc.Arbitrary<string> {
  return fc
    .oneof(
      fc.string({ unit: "grapheme", maxLength }),
      fc.constantFrom(
        `"; -j ACCEPT`,
        "$(reboot) `reboot`",
        "\\",
        `\\"`,
        "-m",
        "COMMIT",
        "*filter",
        "#",
        "''",
        "é".repeat(150),
        "x".repeat(190),
      ),
    )
    .map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "").slice(0, maxLength));
} // prettier-ignore

function anyAddress(): fc.Arbitrary<AddressPolicy> {
  const v4 = fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 })).map(([bits, prefix]) => network(BigInt(bits), prefix, 32)); // prettier-ignore
  const v6 = fc.tuple(fc.bigInt(0n, (1n << 128n) - 1n), fc.integer({ min: 0, max: 128 })).map(([bits, prefix]) => network(bits, prefix, 128)); // prettier-ignore
  const list = (one: fc.Arbitrary<string>) => fc.uniqueArray(one, { maxLength: 5 });
  return fc.record({ v4: list(v4), v6: list(v6) }).filter((one) => one.v4.length + one.v6.length > 0);
}

function network(bits: bigint, prefix: number, length: number): string {
  const kept = (bits >> BigInt(length - prefix)) << BigInt(length - prefix);
  const part = (size: number, index: number) =>
    Number((kept >> BigInt(length - size * (index + 1))) & BigInt(2 ** size - 1));
  const text =
    length === 32
      ? [0, 1, 2, 3].map((index) => part(8, index)).join(".")
      : new URL(`http://[${[0, 1, 2, 3, 4, 5, 6, 7].map((index) => part(16, index).toString(16)).join(":")}]`).hostname.slice(1, -1); // prettier-ignore
  return prefix === length ? text : `${text}/${prefix}`;
}

function anyMatch(): fc.Arbitrary<ServiceMatch> {
  const port = fc.integer({ min: 1, max: 65535 });
  const range = fc.tuple(port, port).map(([a, b]): PortRange => [Math.min(a, b), Math.max(a, b)]);
  const single = port.map((one): PortRange => [one, one]);
  const type = fc.record({ type: fc.nat(255), code: fc.nat(255) }, { requiredKeys: ["type"] }) as fc.Arbitrary<{
    type: number;
    code?: number;
  }>;
  const types = fc.option(fc.array(type, { maxLength: 3 }), { nil: undefined });
  return fc.oneof(
    fc
      .tuple(fc.constantFrom("tcp", "udp", "sctp"), fc.array(fc.oneof(range, single), { minLength: 1, maxLength: 40 }))
      .map(([protocol, ports]): ServiceMatch => ({ kind: "ports", protocol, ports })),
    fc.record({ v4: types, v6: types }).map(({ v4, v6 }): ServiceMatch => ({ kind: "icmp", ...(v4 && { v4 }), ...(v6 && { v6 }) })), // prettier-ignore
    fc
      .integer({ min: 1, max: 255 })
      .filter((number) => protocolNumber.safeParse(number).success)
      .map((number): ServiceMatch => ({ kind: "protocol", number })),
  );
}
