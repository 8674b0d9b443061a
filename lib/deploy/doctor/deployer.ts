import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { agentKeys } from "../../remote/agent";
import { failure, fine, warning, type Diagnosis } from "./diagnosis";

/** The oldest Node.js that cdkfw runs on: `engines` of package.json. */
const NODE = 20;

/** Looks at the machine that deploys. */
export async function examineDeployer(env: NodeJS.ProcessEnv = process.env): Promise<Diagnosis[]> {
  return [
    node(process.versions.node),
    await agent(env["SSH_AUTH_SOCK"]),
    knownHosts(env["HOME"] ?? homedir()),
    await terraform(env),
  ];
}

export function node(version: string): Diagnosis {
  const old = Number(version.split(".")[0]) < NODE;
  return old
    ? failure("node", `Node.js ${version}`, `cdkfw needs Node.js ${NODE} or newer.`)
    : fine("node", `Node.js ${version}`);
}

async function agent(socket: string | undefined): Promise<Diagnosis> {
  const help = "Keys without a passphrase work without an agent. Else start one: `eval $(ssh-agent) && ssh-add`.";
  if (socket === undefined || socket === "") return warning("agent", "there is no SSH agent: SSH_AUTH_SOCK is not set", help); // prettier-ignore
  try {
    const keys = await agentKeys(socket);
    if (keys.length === 0) return warning("agent", "the SSH agent holds no key", "`ssh-add` gives it one.");
    return fine("agent", `the SSH agent holds ${keys.length} ${keys.length === 1 ? "key" : "keys"}`);
  } catch (error) {
    return warning("agent", `the SSH agent at ${socket} can not be asked: ${(error as Error).message}`, help);
  }
}

function knownHosts(home: string): Diagnosis {
  const file = join(home, ".ssh/known_hosts");
  try {
    accessSync(file, constants.R_OK);
    return fine("known_hosts", `${file} is readable`);
  } catch {
    return warning("known_hosts", `${file} is not there, or not readable`, "Unknown host keys are refused. Pin them in the inventory (`hostKeys`), or name another file (`knownHostsFiles`)."); // prettier-ignore
  }
}

/** Only who deploys by `cdktf deploy` needs it. */
async function terraform(env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  try {
    const { stdout } = await promisify(execFile)("terraform", ["version"], { env, timeout: 20_000 });
    return fine("terraform", stdout.split("\n")[0] ?? "");
  } catch {
    return fine("terraform", "there is none that runs; only `cdktf deploy` needs it, `cdkfw deploy` does not");
  }
}
