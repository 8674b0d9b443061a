import type { Packet } from "../../../lib/analysis/packet";
import type { Ruleset } from "../../../lib/compile/ruleset";
import type { Random } from "../../oracle/random";

const SOURCES = {
  4: ["203.0.113.5", "203.0.113.200", "192.0.2.66", "192.0.2.69", "198.51.100.1", "10.88.0.1", "1.2.3.4"],
  6: ["2001:db8:2::1", "2001:db8:2:8000::1", "2001:db8:bad::1", "2001:db8:1::1", "fd88::1", "::1", "2a00::1"],
} as const;
const PLACES = ["wan0", "lan0", "dmz0", "eth0", "lo", "other"];
const PORTS = [1, 22, 53, 79, 80, 81, 82, 443, 444, 5000, 5006, 7999, 8000, 8010, 8011];

/** A packet as a host may meet it, at and beside the bounds of what the oracle's policies name. */
export function randomPacket(random: Random, ruleset: Ruleset): Packet {
  const family = random.chance(0.5) ? 4 : 6;
  const multicast = family === 4 ? "224.0.0.1" : "ff02::1";
  const named = ruleset.sets.flatMap(({ v4, v6 }) => (family === 4 ? v4 : v6)).map((one) => one.split("/")[0] ?? one);
  const destination = random.pick([...named, multicast, family === 4 ? "203.0.113.77" : "2a00::77"]);
  const way = random.pick(["in", "in", "through", "through", "through", "out"]);
  const protocol = random.pick([6, 6, 6, 17, 17, 1, 58, 47, 2, 132]);
  const isMulticast = destination === multicast;
  return {
    family,
    ...(way !== "out" && { inInterface: random.pick(PLACES) }),
    ...(way !== "in" && { outInterface: random.pick(PLACES) }),
    ...(way === "through" && random.chance(0.3) && { local: true }),
    ...(way === "out" && { local: false }),
    ...(way === "in" && isMulticast && { local: false }),
    ...(way === "in" && family === 4 && !isMulticast && random.chance(0.05) && { broadcast: true, local: false }),
    source: random.pick(SOURCES[family]),
    destination,
    protocol,
    ...([6, 17, 132].includes(protocol) && {
      destinationPort: random.pick(PORTS),
      sourcePort: random.pick([1, 40_000]),
    }),
    ...([1, 58].includes(protocol) && { icmpType: random.pick([0, 3, 8, 128, 135]), icmpCode: random.count(1) }),
    state: random.pick(["new", "new", "new", "established", "invalid"]),
  };
}
