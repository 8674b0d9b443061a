/** Constructs → policies → rulesets → texts → bundles on disk, for fleets of three sizes, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inSeconds, print } from "./figures";
import { RULES_PER_HOST } from "./fleet-of";

const SIZES = [100, 1000, 3000];

console.log(`synth: a program's fleet with ${RULES_PER_HOST} rules a host, up to the bundles on disk`);
const figures = SIZES.map((hosts) => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", join(__dirname, "synth-once.ts"), String(hosts), folder],
    { encoding: "utf8" },
  );
  const total = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true });
  if (run.status !== 0) throw new Error(run.stderr);
  const told = JSON.parse(run.stdout) as Record<
    "rules" | "constructs" | "check" | "bundles" | "cpu" | "peakMiB",
    number
  >;
  const { constructs, check, bundles } = told;
  const parts = [constructs, check, bundles].map(inSeconds).join(" + ");
  print(`${hosts} hosts (constructs + checks + bundles: ${parts})`, inSeconds(total));
  print("", `${(hosts / total).toFixed(0)} hosts/s`);
  print("", `${inSeconds(told.cpu)} CPU`);
  print("", `${told.peakMiB.toFixed(0)} MiB peak`);
  return { hosts, total };
});
for (const [index, { hosts, total }] of figures.slice(1).entries()) {
  const before = figures[index];
  if (before === undefined) continue;
  const growth = total / before.total / (hosts / before.hosts);
  print(`growth from ${before.hosts} to ${hosts} hosts (1 is linear)`, `${growth.toFixed(2)} x`);
}
