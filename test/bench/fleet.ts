/**
 * A fleet in one command, against what people use instead, with the same number of hosts at the same time: two plain ssh
 * for each host by xargs, and Ansible where it is installed. And how soon the process begins that Terraform starts.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readBundle } from "../../lib/bundle/read";
import { Lab, type LabHost } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { inSeconds, median, medians, print, seconds } from "./figures";
import { policyFor } from "./lab-policy";

const RULES = 200;
const PARALLEL = 10;
const REPETITIONS = 3;
const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20, 100];
/** Ansible takes minutes for a hundred. */
const ANSIBLE_HOSTS = 20;
const CDKFW = resolve(__dirname, "../../dist/bin/cdkfw.js");

async function main(): Promise<void> {
  for (const size of SIZES) await measure(size);
}

async function measure(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const lab = await Lab.start({ hosts: size });
  try {
    const policies = lab.hosts.map((host) => ({ ...policyFor(host, RULES), backend: "nftables" as const }));
    const written = synthesize(policies, join(folder, "out"), "bench");
    const rules = written.map((one) => rulesOf(one.folder));
    rules.forEach((text, index) => writeFileSync(join(folder, `${lab.hosts[index]?.name ?? ""}.nft`), text));
    console.log(`fleet: ${RULES} rules to ${size} hosts, ${PARALLEL} at a time, median of ${REPETITIONS}`);
    print("first deployment", inSeconds(await seconds(() => deploy(folder))));
    const [ours = 0, unchanged = 0, theirs = 0] = await medians(REPETITIONS, [
      () => deploy(folder, "--force"),
      () => deploy(folder),
      () => plainSsh(lab.hosts, folder),
    ]);
    print("cdkfw deploy: the handshake on every host", inSeconds(ours));
    print("cdkfw deploy where nothing changed", inSeconds(unchanged));
    print("xargs: ssh with the text into nft, and a second ssh", inSeconds(theirs));
    print("ratio (aim: at most 1.5)", `${(ours / theirs).toFixed(2)} x`);
    if (size <= ANSIBLE_HOSTS) await ansible(lab.hosts, folder, ours);
    if (size === SIZES[0]) await start(written[0]?.folder ?? "");
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true });
  }
}

function rulesOf(folder: string): string {
  const { texts } = readBundle(folder);
  const name = Object.keys(texts).find((one) => /nft/.test(one));
  if (name === undefined) throw new Error(`no text for nft in ${folder}`);
  return texts[name] ?? "";
}

/** In a process of its own, as a user starts it. */
function deploy(folder: string, ...more: string[]): void {
  run(process.execPath, [
    CDKFW,
    "deploy",
    "--no-synth",
    "--out",
    join(folder, "out"),
    "--parallel",
    String(PARALLEL),
    ...more,
  ]);
}

function plainSsh(hosts: readonly LabHost[], folder: string): void {
  const options = `-F none -o BatchMode=yes -o UserKnownHostsFile=${hosts[0]?.ssh.knownHostsFile} -i ${hosts[0]?.ssh.identityFile}`;
  writeFileSync(
    join(folder, "each.sh"),
    `set -e; ssh ${options} root@$2 'nft -f -' <${folder}/$1.nft; ssh ${options} root@$2 true\n`,
  );
  const list = hosts.map(({ name, address }) => `${name} ${address}\n`).join("");
  run("xargs", ["-P", String(PARALLEL), "-L", "1", "sh", join(folder, "each.sh")], list);
}

async function ansible(hosts: readonly LabHost[], folder: string, ours: number): Promise<void> {
  if (spawnSync("ansible-playbook", ["--version"]).status !== 0) {
    print("ansible-playbook is not installed (apt-get install ansible-core)", "");
    return;
  }
  const lines = hosts.map(({ name, address, ssh }) => {
    const options = `-F none -o UserKnownHostsFile=${ssh.knownHostsFile}`;
    return `${name} ansible_host=${address} ansible_user=root ansible_ssh_private_key_file=${ssh.identityFile} ansible_ssh_common_args="${options}" rules=${folder}/${name}.nft`;
  });
  writeFileSync(join(folder, "inventory.ini"), `${lines.join("\n")}\n`);
  const args = ["-i", join(folder, "inventory.ini"), "-f", String(PARALLEL), join(__dirname, "ansible/playbook.yml")];
  const play = (...more: string[]): void =>
    run("ansible-playbook", [...args, ...more], "", {
      ANSIBLE_PIPELINING: "1",
      ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
    });
  const first = await seconds(() => play());
  const again = await seconds(() => play("-e", "restart=true"));
  print("ansible-playbook, without any way back", inSeconds(first));
  print("ansible-playbook where only the service is restarted", inSeconds(again));
  print("ratio to cdkfw (aim: at least 30)", `${(first / ours).toFixed(1)} x`);
}

/** From the start of `cdkfw apply` to its first packet: a server in the host's place takes the connection. */
async function start(bundle: string): Promise<void> {
  const figures: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < 9; round++) {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const connected = new Promise<void>((done) => server.once("connection", (socket) => done(void socket.destroy())));
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [CDKFW, "apply", "--bundle", bundle, "--address", "127.0.0.1", "--port", String(port)],
      { stdio: "ignore" },
    );
    await connected;
    figures.push((performance.now() - began) / 1000);
    const stat = readFileSync(`/proc/${String(child.pid)}/stat`, "utf8").split(" ");
    cpu.push((Number(stat[13]) + Number(stat[14])) / 100);
    child.kill("SIGKILL");
    server.close();
  }
  print("from the start of `cdkfw apply` to its first packet (aim: 0.150)", inSeconds(median(figures)));
  print("the best of 9, and its CPU time", inSeconds(Math.min(...figures)));
  print("", `${inSeconds(Math.min(...cpu))} CPU`);
}

function run(file: string, args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = spawnSync(file, args, {
    input,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stdout.slice(0, 2000)}${stderr.slice(-2000)}`);
}

void main();
