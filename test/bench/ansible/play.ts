import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostPolicy } from "../../../lib/model/policy";
import type { FleetHost } from "../fleet-host";
import { iptablesCommands } from "../process-per-rule";
import { run } from "../run";

/** What Ansible's modules import on a host, as far as it is not part of Python's core. */
const IMPORTS =
  "ast, configparser, ctypes, encodings.cp437, encodings.idna, filecmp, getpass, glob, hashlib, ipaddress, locale, logging, multiprocessing.dummy, multiprocessing.pool, multiprocessing.synchronize, pickle, pkgutil, platform, shlex, ssl, tempfile, textwrap, traceback, typing, urllib.parse, zipfile";

/** What Ansible calls itself, where it is installed: Debian's package is `ansible-core`. */
export function ansibleVersion(): string | undefined {
  return spawnSync("ansible-playbook", ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0];
}

/** `nodes/inventory` and `nodes/NAME/*`, as MicroFW has them. */
export function writeNodes(nodes: string, fleet: readonly FleetHost[]): void {
  mkdirSync(nodes);
  const inventory = fleet.map(({ host: { name, address, ssh } }) => {
    const options = `-F none -o UserKnownHostsFile=${ssh.knownHostsFile}`;
    return `${name} ansible_host=${address} ansible_ssh_private_key_file=${ssh.identityFile} ansible_ssh_common_args="${options}"\n`;
  });
  writeFileSync(join(nodes, "inventory"), inventory.join(""));
  for (const { host, policy } of fleet) {
    const folder = join(nodes, host.name);
    mkdirSync(folder);
    for (const [name, table] of Object.entries(tables(policy))) {
      writeFileSync(join(folder, name), table);
    }
  }
}

/** As long as MicroFW's tables for these rules would be; only `rules` is read, and holds the commands to run. */
function tables(policy: HostPolicy): Readonly<Record<string, string>> {
  const rows = (names: readonly string[], row: (name: string) => string) =>
    names.map((name) => `${row(name)}\n`).join("");
  const { addresses, services, zones } = policy;
  const family = (given: readonly string[] = []) => given.join(",") || "-";
  return {
    addresses: rows(
      Object.keys(addresses),
      (name) => `${name} ${family(addresses[name]?.v4)} ${family(addresses[name]?.v6)}`,
    ),
    services: rows(Object.keys(services), (name) => `${name} ${name.replace(/^tcp\//, "")} -`),
    interfaces: zones.flatMap(({ name, interfaces }) => interfaces.map((one) => `${one.name} ${name} -\n`)).join(""),
    rules: rows(iptablesCommands(policy), (command) => command),
    virtuals: "",
  };
}

/** A Debian that was installed has all of Python compiled; the lab's image has not, and the first run would pay for it. */
export async function compilePython(fleet: readonly FleetHost[]): Promise<void> {
  for (const { host } of fleet) {
    const { code, stderr } = await host.exec(["python3", "-c", `import ${IMPORTS}`]);
    if (code !== 0) throw new Error(stderr);
  }
}

/**
 * Runs the playbook, by as many hosts at a time as there are forks.
 * @param home where Ansible keeps its open connections: a run with a folder of its own finds none of another run
 */
export function play(nodes: string, forks: number, home: string): () => string {
  const args = ["-i", join(nodes, "inventory"), "-f", String(forks), "-e", `nodes=${nodes}`];
  const env = { ANSIBLE_CONFIG: join(__dirname, "ansible.cfg"), ANSIBLE_HOME: home };
  return () => run("ansible-playbook", [...args, join(__dirname, "playbook.yml")], "", env);
}

/** Runs it where nothing has changed. @throws where Ansible changed something all the same, or restarted the service */
export function playUnchanged(nodes: string, forks: number, home: string): () => void {
  const again = play(nodes, forks, home);
  return () => {
    const said = again();
    if (/\bchanged=[1-9]/.test(said)) throw new Error(`Ansible has changed something: ${said.slice(-4000)}`);
  };
}

/** @throws where a host's kernel has not each rule that the playbook should have brought */
export async function mustHaveRules(fleet: readonly FleetHost[]): Promise<void> {
  for (const { host, policy } of fleet) {
    const wanted = iptablesCommands(policy).filter((command) => / -[AI] /.test(command)).length;
    const { stdout } = await host.exec("iptables-save && ip6tables-save");
    const found = stdout.match(/^-A /gm)?.length ?? 0;
    if (found !== wanted) throw new Error(`${host.name} has ${found} rules of ${wanted}`);
  }
}
