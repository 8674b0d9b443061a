import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the keeper of a detached lab writes down, for whoever asks. */
export const STATE_FILE = "state.json";

export interface MachineState {
  readonly name: string;
  readonly running: boolean;
  /** From the seat, the command line in front of another that runs it inside the machine. Only while it is on. */
  readonly enter?: readonly string[];
}

export interface HostState extends MachineState {
  readonly address: string;
  readonly address6: string;
  readonly wanAddress: string;
  readonly wanAddress6: string;
  readonly behind: readonly MachineState[];
}

export interface LabState {
  /** Path of the inventory. */
  readonly inventory: string;
  readonly hosts: readonly HostState[];
  readonly client: MachineState;
}

export function readState(folder: string): LabState {
  return JSON.parse(readFileSync(join(folder, STATE_FILE), "utf8")) as LabState;
}

export function machinesOf({ hosts, client }: LabState): readonly MachineState[] {
  return [client, ...hosts, ...hosts.flatMap(({ behind }) => behind)];
}
