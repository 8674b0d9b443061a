import { parseArgs } from "node:util";
import { Lab } from "../../lib/sandbox";
import { campaign, type Done } from "./campaign";
import { duel } from "./duel";
import { deployOverBadLine, type Crossing } from "./loss";
import { randomNumbers } from "./random";
import { table } from "./table";

const HOSTS = 6;

/**
 * `npm run faults -- --count N --seed S [--only WORDS] [--verbose]`: faults, and what became of the hosts.
 * `--loss PERCENT` deploys over a bad line instead, `--duel` lets two deployers start at the same moment.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "500" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      loss: { type: "string" },
      duel: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const lab = await Lab.start({ hosts: HOSTS });
  try {
    if (values.loss !== undefined) return await badLine(lab, count, seed, Number(values.loss));
    if (values.duel) return await duels(lab, count);
    return await faults(lab, { count, seed, ...(values.only !== undefined && { only: values.only }) }, values.verbose);
  } finally {
    await lab.stop();
  }
}

async function faults(lab: Lab, wishes: Parameters<typeof campaign>[1], verbose: boolean): Promise<boolean> {
  const done: Done[] = [];
  const tell = (one: Done, index: number): void => {
    done.push(one);
    if (verbose || one.verdict.troubles.length > 0) console.log(inWords(one, index));
    else if ((index + 1) % 50 === 0) console.log(`${index + 1} of ${wishes.count}`);
  };
  try {
    await campaign(lab, wishes, tell);
  } finally {
    console.log(table(done));
  }
  return done.every(({ verdict }) => verdict.troubles.length === 0);
}

function inWords({ injection, loader, verdict }: Done, index: number): string {
  const { scenario, fault, point } = injection;
  const troubles = verdict.troubles.map(({ kind, words }) => `\n    ${kind}: ${words.replaceAll("\n", "\n      ")}`);
  return `${index + 1} ${loader} ${scenario} ${fault} ${point.role} ${point.command}: ${verdict.told ?? "nobody told"}, ${verdict.stands}${troubles.join("")}`;
}

async function badLine(lab: Lab, count: number, seed: number, percent: number): Promise<boolean> {
  const done = await deployOverBadLine(lab, count, percent, randomNumbers(seed), ({ trouble }, index) => {
    if (trouble !== undefined) console.log(`${index + 1}: ${trouble}`);
    else if ((index + 1) % 20 === 0) console.log(`${index + 1} of ${count}`);
  });
  console.log(`${done.length} deployments with ${percent} % of all packets lost: ${tally(done)}`);
  return done.every(({ trouble }) => trouble === undefined);
}

function tally(done: readonly Crossing[]): string {
  const counts = new Map<string, number>();
  for (const { outcome, trouble } of done) {
    const what = trouble === undefined ? outcome.outcome : "not agreed";
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, times]) => `${times} ${what}`).join(", ");
}

async function duels(lab: Lab, count: number): Promise<boolean> {
  let [won, refused, troubles, begun] = [0, 0, 0, 0];
  await Promise.all(
    lab.hosts.map(async (host) => {
      while (begun < count) {
        const { outcomes, trouble } = await duel(host, begun++);
        won += outcomes.filter(({ outcome }) => outcome === "committed").length;
        refused += outcomes.filter(({ outcome }) => outcome === "failed").length;
        if (trouble === undefined) continue;
        troubles++;
        console.log(trouble);
      }
    }),
  );
  console.log(`${count} duels: ${won} committed, ${refused} refused, ${troubles} in trouble`);
  return troubles === 0;
}

main().then(
  (well) => process.exit(well ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
