import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fleet, Host, Service, type RolloutSettings } from "cdkfw";
import { FleetDeployment, type FleetDeploymentProps } from "cdkfw/cdktf";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Lab } from "../../lib/sandbox";
import { Terraform } from "./terraform";

/** What a program says about one host beside SSH from the management side. */
export type Rules = (host: Host) => void;

/** A folder for a synth. It is removed by who made it. */
export function outputFolder(): string {
  if (!existsSync("dist/bin/cdkfw.js"))
    throw new Error("run `npm run build` first: Terraform starts the built command");
  mkdirSync(".cdkfw", { recursive: true });
  return mkdtempSync(join(".cdkfw", "terraform-test-"));
}

/** The lab's hosts, or those that are named, between the deployer's side and the rest of the world. */
export function fleetOfLab(scope: Construct, lab: Lab, rules: Readonly<Record<string, Rules>>): Fleet {
  // What a synth would refuse is deployed here all the same: the handshake has to survive it.
  const fleet = new Fleet(scope, "fleet", { allowLockout: true });
  for (const [name, declare] of Object.entries(rules)) {
    const { address, ssh } = lab.host(name);
    const { user, identityFile, knownHostsFile } = ssh;
    const way = { user, identityFiles: [identityFile], knownHostsFiles: [knownHostsFile], connectTimeout: 5 };
    const host = new Host(fleet, name, { address, ...way });
    host.addZone("mgmt", { interfaces: ["eth0"] });
    host.addZone("ext", { interfaces: ["wan0"] });
    declare(host);
  }
  return fleet;
}

/** A project of its own: a program that is written anew for each step, and Terraform's memory of the last one. */
export class Project {
  readonly output: string;
  readonly terraform: Terraform;

  constructor() {
    this.output = outputFolder();
    this.terraform = new Terraform(join(this.output, "stacks", "edge"));
  }

  /** Synthesizes a program of the lab's hosts, or those that are named. */
  synth(
    lab: Lab,
    rules: Readonly<Record<string, Rules>>,
    props: Partial<FleetDeploymentProps> & { rollout?: RolloutSettings } = {},
  ): void {
    const app = new App({ outdir: this.output });
    const stack = new TerraformStack(app, "edge");
    new LocalBackend(stack, { path: "terraform.tfstate" });
    const fleet = fleetOfLab(stack, lab, rules);
    const { rollout, ...more } = props;
    if (rollout !== undefined) fleet.rollout(rollout);
    new FleetDeployment(stack, "deploy", { fleet, trigger: "terraform_data", confirmTimeout: 8, ...more });
    app.synth();
  }

  remove(): void {
    rmSync(this.output, { recursive: true, force: true });
  }
}

export const ssh: Rules = (host) => host.allow({ from: "mgmt", to: host, service: Service.SSH });
export const web: Rules = (host) => {
  ssh(host);
  host.allow({ from: "ext", to: host, service: Service.HTTP });
};
export const webAndNtp: Rules = (host) => {
  web(host);
  host.allow({ from: "ext", to: host, service: Service.NTP, comment: "clocks" });
};
/** The deployer can not come back. */
export const lockedOut: Rules = (host) => host.allow({ from: "ext", to: host, service: Service.HTTP });
