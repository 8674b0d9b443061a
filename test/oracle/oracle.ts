// npm run oracle -- --seconds N --seed S: random policies, random packets, and the kernel as the judge of both backends.
import { parseArgs } from "node:util";
import { policyInWords } from "../../lib/model/policy-words";
import { ask } from "./ask";
import { isEven, randomPolicy } from "./policies";
import { Random } from "./random";
import { shrink } from "./shrink";
import { startWorld } from "./world";

const PACKETS = 200;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
  const seed = Number(values.seed ?? 1);
  const end = Date.now() + Number(values.seconds ?? 60) * 1000;
  const world = await startWorld();
  let policies = 0;
  let even = 0;
  try {
    for (; Date.now() < end; policies++) {
      const policy = randomPolicy(new Random(seed + policies), world.host);
      const found = await ask(world, policy, seed + policies, PACKETS);
      even += isEven(policy) ? 1 : 0;
      const [first] = found;
      if (first === undefined) continue;
      const same = async (smaller: typeof policy): Promise<boolean> =>
        (await ask(world, smaller, seed + policies, PACKETS)).some(({ packet }) => packet === first.packet);
      const small = await shrink(policy, same);
      console.log(`seed ${seed + policies}: ${found.length} disagreements, the first of them:`, first);
      console.log(policyInWords(small).join("\n"));
      return 1;
    }
    console.log(
      `${policies} policies, about ${policies * PACKETS * 2} packets over both families and backends: no disagreement; ` +
        `in ${even} of them all objects have both families, and all corresponding packets met the same`,
    );
    return 0;
  } finally {
    await world.stop();
  }
}

void main().then((code) => process.exit(code));
