/**
 * What Terraform itself costs: plan and apply of a fleet over stacks of 100 hosts, and of as many as fit in one. The
 * command that a resource runs does nothing. Two stacks at a time, as two cores have it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FleetStacksProps } from "../../constructs/cdktf";
import { App, LocalBackend } from "cdktf";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { builtForCdktf } from "./built";
import { inSeconds, print, seconds } from "./figures";
import { fleetOf, RULES_PER_HOST } from "./fleet-of";

const AT_A_TIME = 2;
/** The most that anybody would have in one stack: it is measured so too. */
const MOST_IN_ONE = 1000;

const sizes = process.argv.slice(2).map(Number);
console.log(`terraform: hosts of ${RULES_PER_HOST} rules, ${AT_A_TIME} stacks at a time; the command does nothing`);
void main();

async function main(): Promise<void> {
  for (const hosts of sizes.length > 0 ? sizes : [100, 1000, 5000]) {
    for (const planDetail of ["digest", "policy"] as const) await measure(hosts, 100, planDetail);
    if (hosts === MOST_IN_ONE) await measure(hosts, hosts, "digest");
  }
}

async function measure(hosts: number, size: number, planDetail: NonNullable<FleetStacksProps["planDetail"]>) {
  mkdirSync(".cdkfw", { recursive: true });
  const folder = mkdtempSync(join(".cdkfw", "bench-terraform-"));
  try {
    let stacks: string[] = [];
    const synth = await seconds(() => (stacks = synthesize(folder, hosts, size, planDetail)));
    const label = `${hosts} hosts, ${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}, ${planDetail}`;
    print(`${label}: synth`, inSeconds(synth));
    const all = (...args: string[]) => seconds(() => sideBySide(stacks, AT_A_TIME, (stack) => terraform(stack, args)));
    await all("init");
    print(`${label}: first plan`, inSeconds(await all("plan", "-out=plan")));
    print(`${label}: first apply, of the plan`, inSeconds(await all("apply", "plan")));
    print(`${label}: plan without a change`, inSeconds(await all("plan")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function synthesize(folder: string, hosts: number, size: number, planDetail: FleetStacksProps["planDetail"]): string[] {
  const app = new App({ outdir: folder });
  const { FleetStacks } = builtForCdktf();
  const { stacks } = new FleetStacks(app, "edge", {
    fleet: fleetOf(hosts, app),
    size,
    file: join(folder, "edge.stacks.json"),
    frozen: false,
    planDetail,
    trigger: "terraform_data",
    command: ["true"],
    prepare: (stack) => new LocalBackend(stack, { path: "terraform.tfstate" }),
  });
  app.synth();
  return stacks.map(({ node }) => join(folder, "stacks", node.id));
}

function terraform(cwd: string, [command = "", ...args]: readonly string[]): Promise<void> {
  const settings = resolve(cwd, "terraform.rc");
  writeFileSync(settings, "");
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_CLI_CONFIG_FILE: settings };
  const child = spawn("terraform", [command, "-input=false", "-no-color", ...args], { cwd, env, stdio: ["ignore", "ignore", "inherit"] }); // prettier-ignore
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`terraform ${command} ended with ${code}`))));
  });
}
