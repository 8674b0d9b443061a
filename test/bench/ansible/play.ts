import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostPolicy } from "../../../lib/model/policy";
import type { FleetHost } from "../fleet-host";
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
  for (const { host, policy, text } of fleet) {
    const folder = join(nodes, host.name);
    mkdirSync(folder);
    for (const [name, table] of Object.entries({ ...tables(policy), rules: text })) {
      writeFileSync(join(folder, name), table);
    }
  }
}

/** As long as MicroFW's tables for these rules would be; only `rules` is read. */
function tables(policy: HostPolicy): Record<"addresses" | "services" | "interfaces" | "virtuals", string> {
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
export function play(nodes: string, forks: number, home: string): () => void {
  const args = ["-i", join(nodes, "inventory"), "-f", String(forks), "-e", `nodes=${nodes}`];
  const env = { ANSIBLE_CONFIG: join(__dirname, "ansible.cfg"), ANSIBLE_HOME: home };
  return () => run("ansible-playbook", [...args, join(__dirname, "playbook.yml")], "", env);
}
