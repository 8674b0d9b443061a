import type { Outcome, Step } from "../../../lib/deploy/outcome";
import { Lab } from "../../../lib/sandbox";
import { deploy, ourRules, pendingGone, replaceTool, restoreTools, statusOf } from "../../fixtures/deployment";

type Direction = "in" | "out" | "both";
type Case = { at: Step; direction: Direction; seconds: number; ends: readonly Outcome["outcome"][] };

/**
 * The cable is cut at a step and mended later, in a window of 6 s. Where the deployer can not know, it asks until the
 * host answers.
 */
const CASES: readonly Case[] = [
  { at: "apply", direction: "both", seconds: 1, ends: ["committed"] },
  { at: "apply", direction: "out", seconds: 9, ends: ["rolled-back"] },
  { at: "prove", direction: "both", seconds: 1, ends: ["committed"] },
  { at: "prove", direction: "in", seconds: 9, ends: ["rolled-back"] },
  { at: "confirm", direction: "both", seconds: 1, ends: ["committed"] },
  // The host hears the confirmation, and its answer is lost.
  { at: "confirm", direction: "out", seconds: 9, ends: ["committed", "rolled-back"] },
];

let lab: Lab;
const results: {
  outcome: Outcome;
  rules: string[];
  old: string[];
  intact: boolean | undefined;
  stands: string | null;
}[] = [];

beforeAll(async () => {
  lab = await Lab.start({ hosts: CASES.length });
  const work = CASES.map(async ({ at, direction, seconds }, index) => {
    const host = lab.hosts[index];
    if (host === undefined) throw new Error("no host");
    await deploy(host);
    const old = await ourRules(host);
    // So that the cut comes in the middle of it.
    if (at === "apply") await replaceTool(host, "iptables-restore", 'rehearsal || sleep 1; real "$@"');
    let mended: Promise<void> = Promise.resolve();
    const onStep = (step: Step): void => {
      if (step !== at) return;
      const wait = new Promise((done) => setTimeout(done, seconds * 1000));
      mended = host.cut(direction).then(() => wait).then(() => host.mend()); // prettier-ignore
    };
    const connection = { configFile: null, keepaliveSeconds: 1 };
    const outcome = await deploy(host, { web: 81 }, { onStep, connection, windowSeconds: 6 });
    await mended;
    await restoreTools(host);
    await pendingGone(host);
    const { intact, generation } = await statusOf(host);
    results[index] = { outcome, rules: await ourRules(host), old, intact, stands: generation };
  });
  await Promise.all(work);
}, 60_000);
afterAll(() => lab?.stop());

test.each(CASES.map((one, index) => ({ ...one, index })))(
  "cut ($direction) at $at for $seconds s: both sides agree that it is $ends",
  ({ ends, index }) => {
    const result = results[index];
    expect(ends).toContain(result?.outcome.outcome);
    expect(result?.intact).toBe(true);
    if (result?.outcome.outcome === "committed") expect(result.stands).toBe(result.outcome.generation);
    else expect(result?.rules).toEqual(result?.old);
  },
);
