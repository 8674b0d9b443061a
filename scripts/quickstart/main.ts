// What `npm run quickstart` shows: three hosts get the firewalls of examples/edge, are probed from outside, have a rule
// changed, and survive a change that would lock the deployer out. Runs in a lab seat; all of it is gone at the end.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { Lab } from "../../lib/sandbox";
import { casesAfterTheChange, casesOfTheExample, populate } from "./cases";
import { probe } from "./probe";

const HOSTS = [
  { name: "web-1", groups: ["web"] },
  { name: "web-2", groups: ["web"] },
  { name: "gw", groups: ["gateway"], lan: true },
];

/** The user's own copy of the example, its inventory being the lab's. */
interface Project {
  readonly folder: string;
  readonly inventory: string;
}

async function main(): Promise<void> {
  title("Three hosts: network namespaces with their own sshd and their own kernel rules");
  const lab = await Lab.start({ hosts: HOSTS });
  mkdirSync(".cdkfw", { recursive: true });
  const folder = mkdtempSync(join(resolve(".cdkfw"), "quickstart-"));
  try {
    cpSync("examples/edge", folder, { recursive: true });
    await populate(lab);
    await tell(lab, { folder, inventory: lab.inventoryFile });
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true });
  }
}

async function tell(lab: Lab, project: Project): Promise<void> {
  for (const { name, address, wanAddress } of lab.hosts) {
    console.log(`${name.padEnd(5)}  ssh at ${address}, outside ${wanAddress}`);
  }

  title("examples/edge is deployed: apply, prove over a new connection, confirm");
  cdkfw(project, 0, "deploy");
  cdkfw(project, 0, "show", "web-1");

  title("Probed from outside, through each host's kernel");
  await probe(lab, casesOfTheExample());

  title("One rule changes: metrics for everybody. What that means, and its deployment");
  const onlyMonitor = "host.allow({ from: ext, to: host, source: monitor, service: metrics });";
  edit(project, onlyMonitor, "host.allow({ from: ext, to: host, service: metrics });");
  cdkfw(project, 2, "diff");
  cdkfw(project, 0, "deploy");
  await probe(lab, casesAfterTheChange());

  title("A mistake: SSH from the management side is no longer accepted. It is refused before it reaches a host");
  edit(project, "host.allow({ from: mgmt, to: host, service: Service.SSH });", "");
  cdkfw(project, 1, "deploy", "web-1");

  title("Told to do it all the same: the host rolls back by itself, since nobody can log in to confirm");
  edit(project, 'new Fleet(scope, "fleet", { ', 'new Fleet(scope, "fleet", { allowLockout: true, ');
  cdkfw(project, 3, "deploy", "web-1", "--confirm-timeout", "10");
  cdkfw(project, 0, "status", "web-1");
  await probe(lab, casesAfterTheChange());

  title("Done. Nobody was locked out, and nothing was left open");
  console.log(
    "Next: examples/edge/README.md, docs/policy.md, and `cdkfw sandbox up` for hosts to try your own policy on.",
  );
}

/** Runs the command as a user would, and insists on its exit code. */
function cdkfw(project: Project, expected: number, command: string, ...args: string[]): void {
  const policy = join(project.folder, "firewall.ts");
  const out = join(project.folder, "out");
  const source = command === "deploy" || command === "diff" ? ["--policy", policy] : [];
  console.log(pc.cyan(`$ cdkfw ${[command, ...args].join(" ")}`));
  const { status } = spawnSync(process.execPath, ["dist/bin/cdkfw.js", command, ...args, ...source, "--out", out], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CDKFW_INVENTORY: project.inventory },
  });
  if (status !== expected)
    throw new Error(`cdkfw ${command} ended with ${String(status)}, and should with ${expected}`);
  if (status !== 0) console.log(pc.dim(`exit code ${String(status)}`));
}

function edit({ folder }: Project, from: string, to: string): void {
  const file = join(folder, "fleet.ts");
  const text = readFileSync(file, "utf8");
  const at = text.indexOf(from);
  if (at < 0) throw new Error(`the example does not hold ${JSON.stringify(from)}`);
  writeFileSync(file, text.slice(0, at) + to + text.slice(at + from.length));
}

function title(text: string): void {
  console.log(`\n${pc.bold(text)}`);
}

main().catch((error: unknown) => {
  console.error(pc.red(error instanceof Error ? error.message : String(error)));
  process.exit(1);
});
