import { ask } from "./ask";
import { randomPolicy } from "./policies";
import { Random } from "./random";
import { startWorld, type World } from "./world";

/**
 * | what it exercises | the property |
 * |---|---|
 * | compile, both renderers, the runtime, the evaluator | kernel(iptables, policy, packet) = kernel(nftables, policy, packet) = evaluate(policy, packet) |
 * | both families of all of it, where every object of the policy has both | kernel(backend, policy, packet of IPv4) = kernel(backend, policy, its twin of IPv6), answers by their counterparts |
 *
 * | what it generates | |
 * |---|---|
 * | zones | one interface, two, a pattern (`lan*`); a default of their own, or none |
 * | rules | from each zone to each, the host and all; accept, accept+nat, snat, reject, drop; 3 to 15 of them, or 70 more that become sets of pairs |
 * | addresses | networks in networks, hosts, all, one family only; several united, exceptions on both sides |
 * | services | ports, ranges, several of both, two protocols, ICMP by type and all; source ports |
 * | conditions | expired and not expired, logged |
 * | port forwards | of one family and of both, to another port, from inside, back into the zone that they came from |
 * | packets | TCP, UDP from two source ports, pings, to ports at and beside the bounds; from six places to six, and to every address of the host |
 * | not | what the host sends, bridges, other protocols, limits (test/lib/render asks the kernel about these) |
 */
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());

it.each([101, 102, 103, 104, 105, 106])(
  "both backends and the model agree about the policy of seed %d",
  async (seed) => {
    expect(await ask(world, randomPolicy(new Random(seed), world.host), seed, 200)).toEqual([]);
  },
);
