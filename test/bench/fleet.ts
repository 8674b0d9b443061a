/**
 * A fleet in one command, against what people use instead, with the same number of hosts at the same time: two plain ssh
 * for each host by xargs, and Ansible where it is installed. And how soon the process begins that Terraform starts.
 *
 * fleet.ts [--no-ansible] [SIZE…]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readBundle } from "../../lib/bundle/read";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { ansibleVersion, compilePython, play, writeNodes } from "./ansible/play";
import { CostMeter, type Cost } from "./cost";
import { inSeconds } from "./figures";
import { firstPacket } from "./first-packet";
import type { FleetHost } from "./fleet-host";
import { policyFor } from "./lab-policy";
import { run } from "./run";

const RULES = 200;
const PARALLEL = 10;
const REPETITIONS = 3;
const CDKFW = resolve(__dirname, "../../dist/bin/cdkfw.js");
const COLUMNS = ["seconds", "cpu", "deployerCpu"] as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { "no-ansible": { type: "boolean" } } });
  const sizes = positionals.length > 0 ? positionals.map(Number) : [50, 100];
  console.log(`fleet: ${RULES} rules to each host, ${PARALLEL} hosts at a time`);
  const wanted = values["no-ansible"] !== true;
  const version = wanted ? ansibleVersion() : undefined;
  if (wanted) console.log(`  ${version ?? "Ansible is not installed (apt-get install ansible-core)"}`);
  const meter = CostMeter.start();
  for (const size of sizes) await measure(meter, size, version !== undefined);
  await firstPacket(CDKFW);
}

async function measure(meter: CostMeter, size: number, withAnsible: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const lab = await Lab.start({ hosts: size });
  try {
    const fleet = synthesized(lab, join(folder, "out"));
    row(`${size} hosts`, ["time", "CPU of all", "of deployer"]);
    const first = tell("cdkfw deploy, the first time", meter.of(deploy(folder)));
    const [again, unchanged, plain] = meter.medians(REPETITIONS, [
      deploy(folder, "--force"),
      deploy(folder),
      plainSsh(fleet, folder),
    ]) as [Cost, Cost, Cost];
    tell("cdkfw deploy, the handshake once more on every host", again);
    tell("cdkfw deploy, nothing changed (aim: 10 s for 100 hosts)", unchanged);
    tell("xargs: ssh with the text into nft, and a second ssh", plain);
    compare("cdkfw to xargs (aim: at most 1.5)", again, plain);
    if (withAnsible) await ansible(meter, fleet, folder, { first, unchanged });
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

/** In a process of its own, as a user starts it. */
function deploy(folder: string, ...more: string[]): () => void {
  const args = ["--no-synth", "--out", join(folder, "out"), "--parallel", String(PARALLEL)];
  return () => run(process.execPath, [CDKFW, "deploy", ...args, ...more]);
}

function plainSsh(fleet: readonly FleetHost[], folder: string): () => void {
  const script = join(folder, "each.sh");
  writeFileSync(
    script,
    `set -e; key=$1 known=$2 host=$3 text=$4
to_host() { ssh -F none -o BatchMode=yes -o UserKnownHostsFile="$known" -i "$key" "root@$host" "$1"; }
to_host 'nft -f -' <"$text"; to_host true\n`,
  );
  const lines = fleet.map(({ host: { name, address, ssh }, text }) => {
    const file = join(folder, `${name}.nft`);
    writeFileSync(file, text);
    return `${ssh.identityFile} ${ssh.knownHostsFile} ${address} ${file}\n`;
  });
  return () => run("xargs", ["-P", String(PARALLEL), "-L", "1", "sh", script], lines.join(""));
}

async function ansible(
  meter: CostMeter,
  fleet: readonly FleetHost[],
  folder: string,
  ours: Readonly<Record<"first" | "unchanged", Cost>>,
): Promise<void> {
  const nodes = join(folder, "nodes");
  writeNodes(nodes, fleet);
  await compilePython(fleet);
  const first = tell("ansible-playbook, the first time", meter.of(play(nodes, PARALLEL, join(folder, "first"))));
  const unchanged = tell("ansible-playbook, nothing changed", meter.of(play(nodes, PARALLEL, join(folder, "again"))));
  compare("Ansible to cdkfw, the first time (aim: at least 30)", first, ours.first);
  compare("Ansible to cdkfw, nothing changed", unchanged, ours.unchanged);
}

function tell(label: string, cost: Cost): Cost {
  row(
    label,
    COLUMNS.map((column) => inSeconds(cost[column])),
  );
  return cost;
}

function compare(label: string, one: Cost, other: Cost): void {
  row(
    label,
    COLUMNS.map((column) => `${(one[column] / other[column]).toFixed(1)} x`),
  );
}

function row(label: string, figures: readonly string[]): void {
  console.log(`  ${label.padEnd(56)}${figures.map((figure) => figure.padStart(13)).join("")}`);
}

void main();
