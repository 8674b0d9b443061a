import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Lab, type LabOptions } from "./lab";
import type { Machine } from "./machine";
import { STATE_FILE, type LabState, type MachineState } from "./state";

/**
 * `keeper OPTIONS`: the program that holds a detached lab. It says `ready`, or a line of JSON with what went wrong, keeps
 * the state file, and lives until its seat is killed.
 */
async function main(options: LabOptions & { readonly folder: string }): Promise<void> {
  const lab = await Lab.start(options);
  const write = () => {
    const path = join(options.folder, STATE_FILE);
    writeFileSync(`${path}.new`, JSON.stringify(describe(lab), undefined, 2));
    renameSync(`${path}.new`, path);
  };
  for (const machine of lab.machines) machine.onPower = write;
  write();
  process.stdout.write("ready\n");
  setInterval(() => undefined, 1 << 30); // also while every machine is off
}

function describe(lab: Lab): LabState {
  const machine = (each: Machine): MachineState => ({
    name: each.name,
    running: each.running,
    ...(each.running ? { enter: each.enter() } : {}),
  });
  return {
    inventory: lab.inventoryFile,
    hosts: lab.hosts.map((host) => ({
      ...machine(host),
      address: host.address,
      address6: host.address6,
      wanAddress: host.wanAddress,
      wanAddress6: host.wanAddress6,
      behind: [...host.behind.values()].map(machine),
    })),
    client: machine(lab.client),
  };
}

main(JSON.parse(process.argv[2] ?? "{}")).catch((error: Error & { code?: string; help?: string }) => {
  const { code = "bug", message, help } = error;
  process.stdout.write(JSON.stringify({ code, message, help }) + "\n");
  process.exit(1);
});
