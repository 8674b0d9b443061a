import { ask } from "./ask";
import { randomPolicy } from "./policies";
import { Random } from "./random";
import { startWorld, type World } from "./world";

/**
 * | what it exercises | the property |
 * |---|---|
 * | compile, both renderers, the runtime, the evaluator | kernel(iptables, policy, packet) = kernel(nftables, policy, packet) = evaluate(policy, packet) |
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
