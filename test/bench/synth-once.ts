/** synth-once.ts HOSTS FOLDER: one synth in a process of its own, told as one line of JSON. */
import { synthesize } from "./built";
import { fleetOf } from "./fleet-of";

const [hosts = "100", folder = "cdktf.out"] = process.argv.slice(2);
const started = performance.now();
const fleet = fleetOf(Number(hosts));
const built = performance.now();
const policies = fleet.policies();
const checked = performance.now();
synthesize(policies, folder, "bench");
const written = performance.now();

console.log(
  JSON.stringify({
    rules: policies.reduce((sum, { entries }) => sum + entries.length, 0),
    constructs: (built - started) / 1000,
    check: (checked - built) / 1000,
    bundles: (written - checked) / 1000,
    cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
