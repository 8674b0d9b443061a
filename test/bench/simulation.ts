/** The real scheduler and the real handshake over simulated links: what the deployer needs for fleets of three sizes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { inSeconds, print } from "./figures";

const PARALLEL = 50;

console.log(
  `simulation: 200 rules a host, links of 30 ms, ${PARALLEL} hosts at a time, 1 of 500 silent, a canary and waves of 10%`,
);
for (const size of [100, 1000, 10_000]) {
  const args = ["--import", "tsx", join(__dirname, "simulation-once.ts"), String(size), String(PARALLEL)];
  const run = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const told = JSON.parse(run.stdout) as Record<"seconds" | "waves" | "dead" | "cpu" | "peakMiB", number>;
  print(`${size} hosts in ${told.waves} waves, ${told.dead} of them silent`, inSeconds(told.seconds));
  print("", `${inSeconds(told.cpu)} CPU`);
  print("", `${told.peakMiB.toFixed(0)} MiB peak`);
}
