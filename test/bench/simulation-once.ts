/** One simulated rollout in a process of its own: HOSTS PARALLEL. Prints what it took as JSON. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../../lib/bundle/format";
import { readBundle } from "../../lib/bundle/read";
import { exitCode } from "../../lib/deploy/outcome";
import { rollOut, type Candidate } from "../../lib/deploy/rollout";
import { rollout } from "../../lib/model/rollout";
import { planWaves } from "../../lib/model/waves";
import type { SshTarget } from "../../lib/model/target";
import { UserError } from "../../lib/model/user-error";
import { synthesize } from "../../lib/synth/synthesize";
import { policyFor } from "./lab-policy";
import { SimulatedHost } from "./simulated-host";

const [size = 1000, parallel = 50] = process.argv.slice(2).map(Number);
const RULES = 200;
/** One host in so many does not answer. */
const DEAD = 500;

async function main(): Promise<void> {
  const output = mkdtempSync(join(tmpdir(), "bench-"));
  const candidates = candidatesOf(size, output);
  const hosts = [...candidates.keys()];
  const simulated = new Map(hosts.map((name) => [name, new SimulatedHost({ roundTrip: 30, apply: 150 })]));
  const dead = new Set(hosts.filter((_, index) => index % DEAD === DEAD - 1));
  const connect = async ({ address }: SshTarget) => {
    if (dead.has(address)) throw await silence(address);
    const host = simulated.get(address);
    if (host === undefined) throw new Error(`INVARIANT: no host ${address}`);
    return host.connect();
  };
  const settings = rollout.parse({ canary: 1, waves: "10%", maxFailures: dead.size });
  const waves = planWaves(
    hosts.map((name) => ({ name, groups: [] })),
    settings,
  );
  const began = performance.now();
  const read = ({ folder, manifest }: Candidate): Bundle => ({ ...readBundle(folder), manifest });
  const outcomes = await rollOut(candidates, waves, { parallel, handshake: { connect }, read });
  const took = (performance.now() - began) / 1000;
  const committed = outcomes.filter(({ outcome }) => outcome === "committed").length;
  if (committed !== size - dead.size || exitCode(outcomes) !== (dead.size > 0 ? 1 : 0))
    throw new Error("not as simulated");
  if ([...simulated.values()].some(({ confirmed }) => confirmed > 1)) throw new Error("a host was confirmed twice");
  rmSync(output, { recursive: true });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(
    JSON.stringify({
      seconds: took,
      waves: waves.length,
      dead: dead.size,
      cpu: (userCPUTime + systemCPUTime) / 1e6,
      peakMiB: maxRSS / 1024,
    }),
  );
}

/** One policy for all, read anew for each. */
function candidatesOf(count: number, output: string): Map<string, Candidate> {
  const lab = { name: "h", address: "h", ssh: { identityFile: "k", knownHostsFile: "k" } };
  const [written] = synthesize([{ ...policyFor(lab as never, RULES), backend: "nftables" }], output, "bench");
  const { folder, manifest } = readBundle(written?.folder ?? "");
  const hosts = Array.from({ length: count }, (_, n) => `h${n}`);
  return new Map(
    hosts.map((host) => [
      host,
      { folder, manifest: { ...manifest, host, target: { ...manifest.target, address: host } } },
    ]),
  );
}

async function silence(address: string): Promise<UserError> {
  await new Promise((done) => setTimeout(done, 15_000));
  return new UserError("connection-timeout", `${address} did not answer within 15 s`);
}

void main();
