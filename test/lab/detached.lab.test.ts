import { cpSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isMachineRoot, type Output } from "../../lib/sandbox";
import { ensureImage } from "../../lib/sandbox/image/ensure";
import { run } from "../../lib/sandbox/process";

const root = resolve(__dirname, "../..");
const cdkfw = [process.execPath, "--import", require.resolve("tsx"), join(root, "bin/cdkfw.ts")];

/** Somebody who is nobody: not root, and not known to the machine. */
const NOBODY = 65534;

/** A user's project folder, and how that user runs a command in it. */
interface User {
  readonly folder: string;
  run(argv: readonly string[]): Promise<Output>;
}

let base: string;

beforeAll(() => (base = mkdtempSync("/tmp/cdkfw-lab-test-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function thisUser(): User {
  const folder = join(base, "own");
  mkdirSync(folder);
  return { folder, run: (argv) => run(inFolder(folder, argv)) };
}

/** With an image of its own, since another user's files can not be changed in a user namespace. */
async function ordinaryUser(): Promise<User> {
  const image = await ensureImage();
  const folder = join(base, "nobody");
  const cache = join(folder, "cache");
  cpSync(image, join(cache, basename(image)), { recursive: true, verbatimSymlinks: true });
  giveAway(folder);
  await run(["chmod", "755", base]);
  const env = { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, CDKFW_LAB_CACHE: cache };
  const become = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return { folder, run: (argv) => run([...become, ...inFolder(folder, argv)], { env }) };
}

function giveAway(path: string): void {
  lchownSync(path, NOBODY, NOBODY);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), NOBODY, NOBODY);
  }
}

function inFolder(folder: string, argv: readonly string[]): string[] {
  return ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", folder, ...argv];
}

/** Where a failure would make the rest meaningless, it says what the command said. */
async function must(answer: Promise<Output>): Promise<Output> {
  const { code, stdout, stderr } = await answer;
  if (code !== 0) throw new Error(`exit status ${code}: ${stderr}`);
  return { code, stdout, stderr };
}

function processesOf(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    } catch {
      return false; // it has just ended
    }
  });
}

const users = [
  { who: "this user", make: async () => thisUser() },
  ...(isMachineRoot() ? [{ who: "an ordinary user", make: ordinaryUser }] : []),
];

describe.each(users)("cdkfw sandbox, for $who", ({ make }) => {
  let user: User;
  const sandbox = (...args: string[]) => user.run([...cdkfw, "sandbox", ...args]);

  beforeAll(async () => void (user = await make()));
  afterAll(async () => void (await sandbox("down")));

  it("is down at first, which is no error", async () => {
    expect(await sandbox("down")).toMatchObject({ code: 0, stdout: "no sandbox was up\n" });
    expect(await sandbox("status")).toMatchObject({ code: 0, stdout: "no sandbox is up\n" });
    const answer = await sandbox("exec", "--", "true");
    expect(answer).toMatchObject({ code: 1, stdout: "" });
    expect(answer.stderr).toBe("error: No sandbox is up in .cdkfw/sandbox.\n  `cdkfw sandbox up` starts one.\n");
  });

  it("comes up and tells its hosts", async () => {
    expect((await must(sandbox("up", "--hosts", "2"))).stdout).toContain("h2");
    const { code, stdout } = await sandbox("status", "--json");
    expect(code).toBe(0);
    const { hosts, inventory, running } = JSON.parse(stdout);
    expect(running).toBe(true);
    expect(hosts).toMatchObject([
      { name: "h1", running: true, address: "10.77.0.3", wanAddress: "198.51.100.1" },
      { name: "h2", running: true, address: "10.77.0.4", wanAddress: "198.51.100.2" },
    ]);
    expect(readFileSync(inventory, "utf8")).toContain('  h2:\n    address: "10.77.0.4"\n');
    expect((await sandbox("up")).stderr).toContain("A sandbox is up already");
  });

  it("runs commands as the deployer, in the caller's folder, with the hosts in reach by SSH", async () => {
    const keys = ".cdkfw/sandbox";
    const options = ["-F", "none", "-i", `${keys}/id_ed25519`, "-o", `UserKnownHostsFile=${keys}/known_hosts`];
    const ssh = ["ssh", ...options, "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"];
    const answer = await sandbox("exec", "--", ...ssh, "root@10.77.0.4", "hostname; exit 5");
    expect(answer).toMatchObject({ code: 5, stdout: "h2\n" });
    expect((await sandbox("exec", "--", "pwd")).stdout).toBe(`${user.folder}\n`);
  });

  it("runs commands on a host and on the client, with their exit status, and takes nothing for a shell's", async () => {
    const rule = ["-A", "INPUT", "-i", "wan0", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"];
    expect(await sandbox("exec", "h1", "--", "iptables", ...rule)).toMatchObject({ code: 0 });
    expect((await sandbox("exec", "h1", "--", "iptables-save")).stdout).toContain("tcp-reset");
    expect(await sandbox("exec", "h1", "--", "sh", "-c", "exit 9")).toMatchObject({ code: 9 });
    expect((await sandbox("exec", "h1", "--", "echo", "$(id)", "a b;c")).stdout).toBe("$(id) a b;c\n");
    expect(await sandbox("exec", "client", "--", "ping", "-c1", "-W2", "198.51.100.1")).toMatchObject({ code: 0 });
    const unknown = await sandbox("exec", "h9", "--", "true");
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("The sandbox has no `h9`.") });
  });

  it("tells when a host is off", async () => {
    await sandbox("exec", "h2", "--", "poweroff", "-ff");
    await new Promise((done) => setTimeout(done, 300));
    expect(JSON.parse((await sandbox("status", "--json")).stdout).hosts[1]).toMatchObject({ running: false });
    expect(await sandbox("exec", "h2", "--", "true")).toMatchObject({ code: 1 });
  });

  it("leaves nothing behind", async () => {
    expect(processesOf(user.folder).length).toBeGreaterThan(0);
    expect(await sandbox("down")).toMatchObject({ code: 0, stdout: "the sandbox is down\n" });
    expect(processesOf(user.folder)).toEqual([]);
    expect(existsSync(join(user.folder, ".cdkfw/sandbox"))).toBe(false);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(user.folder);
  });
});
