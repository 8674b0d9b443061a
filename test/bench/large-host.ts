/** One host with thousands of rules, in the shapes that such lists have. */
import type { HostPolicy } from "../../lib/model/policy";
import { policyOf, rule } from "../fixtures/policy";
import { Random } from "../oracle/random";

const PREFIXES = [16, 20, 24, 24, 24, 28, 32, 32];

/** An address list: networks that do not overlap, each for a port; every hundredth rule says what one before it said. */
function list(count: number): HostPolicy {
  const entries = Array.from({ length: count }, (_, given) => {
    const n = given % 100 === 99 ? given - 50 : given;
    return rule(n % 3 === 0 ? "drop" : "accept", "ext", "host", {
      source: [`10.${n >> 8}.${n & 255}.0/28`],
      services: [`tcp/${1024 + (n % 2000)}`],
      id: `rule-${given}`,
    });
  });
  return policyOf({ entries });
}

/** What has grown over years: networks of all sizes inside each other, ports and ranges, allowed and denied by turns. */
function grown(count: number): HostPolicy {
  const random = new Random(7);
  const entries = Array.from({ length: count }, (_, n) => {
    const from = 1000 + random.count(1000);
    const services = [`tcp/${1 + random.count(3000)}`, "tcp/443", "tcp/22", "udp/53", `tcp/${from}-${from + 2000}`];
    return rule(random.pick(["accept", "accept", "drop"]), "ext", "host", {
      source: [network(random, 10)],
      services: [random.pick(services)],
      id: `rule-${n}`,
    });
  });
  return policyOf({ entries });
}

/** A gateway: who of many networks reaches which of two thousand servers. */
function gateway(count: number): HostPolicy {
  const random = new Random(7);
  const entries = Array.from({ length: count }, (_, n) =>
    rule(random.pick(["accept", "accept", "drop"]), "ext", "lan", {
      source: [network(random, 10)],
      destination: [`172.16.${random.count(7)}.${random.count(255)}`],
      services: [random.pick([`tcp/${1 + random.count(3000)}`, "tcp/443", "tcp/22", "udp/53"])],
      id: `rule-${n}`,
    }),
  );
  return policyOf({ zones: { ext: ["eth0"], lan: ["eth1"] }, entries });
}

export const SHAPES: Readonly<Record<string, (rules: number) => HostPolicy>> = {
  "an address list": list,
  "networks inside each other": grown,
  "a gateway of networks and servers": gateway,
};

function network(random: Random, within: number): string {
  const prefix = random.pick(PREFIXES);
  const mask = (~0 << (32 - prefix)) >>> 0;
  const value = (((within << 24) | random.count(2 ** 24 - 1)) & mask) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".")}/${prefix}`;
}
