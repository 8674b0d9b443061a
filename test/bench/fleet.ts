/**
 * A fleet in one command, against what people use instead, with the same number of hosts at the same time: two plain ssh
 * for each host by xargs, and Ansible where it is installed. And how soon the process begins that Terraform starts.
 *
 * fleet.ts [--no-ansible] [--parallel N[,N...]] [SIZE...]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../lib/bundle/read";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { ansibleVersion, compilePython, mustHaveRules, play, playUnchanged, writeNodes } from "./ansible/play";
import { CostMeter, type Cost } from "./cost";
import { compare, head, tell } from "./cost-table";
import { firstPacket } from "./first-packet";
import { CDKFW, deploy, plainSsh, teardown } from "./fleet-commands";
import type { FleetHost } from "./fleet-host";
import { readOptions } from "./fleet-options";
import { policyFor } from "./lab-policy";

const RULES = 200;
const REPETITIONS = 3;

async function main(): Promise<void> {
  const { sizes, parallel, ansible } = readOptions();
  console.log(`fleet: ${RULES} rules to each host`);
  const version = ansible ? ansibleVersion() : undefined;
  if (ansible) console.log(`  ${version ?? "Ansible is not installed (apt-get install ansible-core)"}`);
  const meter = CostMeter.start();
  for (const size of sizes) await measure(meter, size, parallel, version !== undefined);
  await firstPacket(CDKFW);
}

async function measure(meter: CostMeter, size: number, parallel: readonly number[], ansible: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const lab = await Lab.start({ hosts: size });
  const most = Math.max(...parallel);
  try {
    const output = join(folder, "out");
    const fleet = synthesized(lab, output);
    head(`${size} hosts`);
    const first = tell(`cdkfw deploy, the first time, ${most} at a time`, meter.of(deploy(output, "committed")(most)));
    const unchanged = inTurns(meter, fleet, folder, parallel);
    if (!ansible) return;
    teardown(output)(most)();
    await measureAnsible(meter, fleet, folder, most, { first, unchanged });
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true });
  }
}

function synthesized(lab: Lab, output: string): FleetHost[] {
  const hosts = lab.hosts.map((host) => {
    return { host, policy: { ...policyFor(host, RULES), backend: "nftables" as const } };
  });
  const written = synthesize(
    hosts.map(({ policy }) => policy),
    output,
    "bench",
  );
  return hosts.map((one, index) => ({ ...one, text: textOf(written[index]?.folder ?? "") }));
}

function textOf(bundle: string): string {
  const text = readBundle(bundle).texts["nftables"];
  if (text === undefined) throw new Error(`no text for nft in ${bundle}`);
  return text;
}

/** @returns what a deployment costs that changes nothing */
function inTurns(meter: CostMeter, fleet: readonly FleetHost[], folder: string, parallel: readonly number[]): Cost {
  const output = join(folder, "out");
  const [plain, again] = [plainSsh(fleet, folder), deploy(output, "committed")];
  const most = Math.max(...parallel);
  const costs = meter.medians(REPETITIONS, [
    ...parallel.flatMap((many) => [plain(many), again(many)]),
    deploy(output, "unchanged")(most), // last, after a handshake: plain ssh leaves rules that are not the committed ones
  ]);
  const unchanged = tell(`cdkfw deploy, nothing changed, ${most} at a time (aim: 10 s for 100)`, costs.pop() as Cost);
  for (const [index, many] of parallel.entries()) {
    const [theirs, ours] = costs.slice(2 * index) as [Cost, Cost];
    tell(`cdkfw deploy, the handshake once more, ${many} at a time`, ours);
    tell(`xargs: ssh with the text into nft, a second ssh, ${many} at a time`, theirs);
    compare(`cdkfw to xargs, ${many} at a time (aim: at most 1.5)`, ours, theirs);
  }
  return unchanged;
}

/** On hosts without any rules, as a user's are before. */
async function measureAnsible(
  meter: CostMeter,
  fleet: readonly FleetHost[],
  folder: string,
  forks: number,
  ours: Readonly<Record<"first" | "unchanged", Cost>>,
): Promise<void> {
  const nodes = join(folder, "nodes");
  writeNodes(nodes, fleet);
  await compilePython(fleet);
  const first = tell(
    `ansible-playbook, the first time, ${forks} at a time`,
    meter.of(play(nodes, forks, join(folder, "first"))),
  );
  await mustHaveRules(fleet);
  const again = playUnchanged(nodes, forks, join(folder, "again"));
  const unchanged = tell(`ansible-playbook, nothing changed, ${forks} at a time`, meter.of(again));
  compare("Ansible to cdkfw, the first time (aim: at least 30)", first, ours.first);
  compare("Ansible to cdkfw, nothing changed", unchanged, ours.unchanged);
}

void main();
