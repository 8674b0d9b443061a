/** What a synth's review costs: one host with ten thousand rules, and its next version; and the hosts of a fleet. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analysis, synthesize } from "./built";
import { inSeconds, print } from "./figures";
import { fleetOf, RULES_PER_HOST } from "./fleet-of";
import { SHAPES } from "./large-host";

const { compile, differenceInWords, differenceOf, reviewPolicy } = analysis;
const TODAY = "2027-01-31";
const RULES = 10_000;
const HOSTS = 1000;
const SAMPLE = 200;

for (const [shape, policyOf] of Object.entries(SHAPES)) {
  console.log(`review: one host of ${RULES} rules, ${shape}`);
  const policy = policyOf(RULES);
  const { value: findings, ...reviewed } = timed(() => reviewPolicy(policy, TODAY));
  const hidden = findings.filter(({ code }) => code === "never-matches" || code === "contradicts").length;
  print(`compiled, and reviewed: ${hidden} hidden rules`, told(reviewed));
  const next = { ...policy, entries: policy.entries.toSpliced(RULES / 2, 1) };
  const { value: words, ...compared } = timed(() => {
    const difference = differenceOf(compile(policy, { merge: false }), compile(next, { merge: false }));
    return differenceInWords(difference, policy.zones);
  });
  const lines = Object.values(words).flat().length;
  print(`two versions compiled, compared, and told in ${lines} ${lines === 1 ? "line" : "lines"}`, told(compared));
}

console.log(`review: a fleet of ${RULES_PER_HOST} rules a host`);
const policies = fleetOf(HOSTS).policies();
const sample = policies.slice(0, SAMPLE);
sample.slice(0, 10).forEach((policy) => reviewPolicy(policy, TODAY));
const each = timed(() => sample.forEach((policy) => reviewPolicy(policy, TODAY)));
print("the review of one host", `${((each.cpu / SAMPLE) * 1000).toFixed(1)} ms CPU`);
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const whole = timed(() => synthesize(policies, folder, "bench", { fleets: [] }, TODAY));
rmSync(folder, { recursive: true });
print(`${HOSTS} hosts reviewed and written, by two threads`, told(whole));

interface Timed<T> {
  readonly value: T;
  readonly wall: number;
  readonly cpu: number;
}

function timed<T>(work: () => T): Timed<T> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

/** A busy machine shows in the first figure, and hardly in the second. */
function told({ wall, cpu }: Omit<Timed<unknown>, "value">): string {
  return `${inSeconds(wall)}, ${inSeconds(cpu)} CPU`;
}
