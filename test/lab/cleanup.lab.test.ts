import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isMachineRoot, Lab } from "../../lib/sandbox";
import { nodeProgram, SEAT } from "../../lib/sandbox/places";
import { run } from "../../lib/sandbox/process";

const inLab = resolve(__dirname, "../../scripts/in-lab.sh");
const init = isMachineRoot() ? "systemd" : "sshd";

let folder: string;
let wrapper: ChildProcess | undefined;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "cdkfw-cleanup-"))));
afterEach(() => {
  wrapper?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A wrapped lab of two hosts, inside the one that this test runs in. */
async function wrappedLab(): Promise<ChildProcess> {
  const options = JSON.stringify({ hosts: [{ init }, {}], folder });
  const child = spawn(inLab, [...nodeProgram("keeper"), options], { stdio: ["ignore", "pipe", "inherit"] });
  wrapper = child;
  const [said] = await once(child.stdout, "data");
  expect(String(said)).toBe("ready\n");
  return child;
}

/** What a lab might leave: processes and mounts that know its folder, and control groups. */
function traces(): { processes: number; mounts: number; groups: string[] } {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  const groups = join(SEAT, "cgroup");
  return {
    processes: pids.filter((pid) => /machine\.sh|seat\.sh|keeper/.test(read(`/proc/${pid}/cmdline`))).length,
    mounts: read("/proc/self/mountinfo").split("\n").length,
    groups: existsSync(groups) ? readdirSync(groups).filter((name) => name.startsWith("cdkfw-lab-")) : [],
  };
}

async function settled(until: () => boolean): Promise<void> {
  for (let patience = 100; patience > 0 && !until(); patience--) await new Promise((done) => setTimeout(done, 50));
}

describe("a wrapped lab", () => {
  it.each(["SIGKILL", "SIGTERM"] as const)("dies with its wrapper, by %s", async (signal) => {
    const before = traces();
    const child = await wrappedLab();
    const during = traces();
    expect(during.processes).toBeGreaterThan(before.processes);
    if (isMachineRoot()) expect(during.groups.filter((name) => !before.groups.includes(name))).not.toEqual([]);
    child.kill(signal);
    await once(child, "exit");
    await settled(() => traces().processes === before.processes);
    expect(traces()).toMatchObject({ processes: before.processes, mounts: before.mounts });
    // Control groups outlive a killed wrapper; the next lab removes them.
    const own = during.groups.filter((name) => !before.groups.includes(name));
    expect(await run([inLab, "true"])).toMatchObject({ code: 0 });
    expect(traces().groups.filter((name) => own.includes(name))).toEqual([]);
  });

  it("ends with its command's exit status, and sees nothing of the machine's network", async () => {
    expect(await run([inLab, "sh", "-c", "exit 7"])).toMatchObject({ code: 7 });
    const { stdout } = await run([inLab, "sh", "-c", 'cat /proc/net/dev; echo "$1"', "sh", "a  b$(id)"]);
    expect(stdout.split("\n").filter((line) => line.includes(":"))).toHaveLength(1);
    expect(stdout).toContain("a  b$(id)\n");
  });
});

describe("a lab", () => {
  it("leaves no interface and no folder when it stops", async () => {
    const links = async () =>
      (await run(["chroot", join(SEAT, "image"), "ip", "-o", "link"])).stdout.split("\n").length;
    const before = { links: await links(), labs: readdirSync(join(SEAT, "labs")).length };
    const lab = await Lab.start({ hosts: [{ lan: true }, {}] });
    const pids = lab.machines.map(({ pid }) => pid);
    expect(await links()).toBeGreaterThan(before.links);
    await lab.stop();
    expect({ links: await links(), labs: readdirSync(join(SEAT, "labs")).length }).toEqual(before);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  it("stands beside another one with networks of its own", async () => {
    const [one, two] = await Promise.all([Lab.start(), Lab.start()]);
    const addresses = [one, two].flatMap((lab) => lab.hosts.map(({ address }) => address));
    expect(new Set(addresses).size).toBe(2);
    for (const lab of [one, two]) expect((await lab.hosts[0]?.exec("hostname"))?.stdout).toBe("h1\n");
    await Promise.all([one.stop(), two.stop()]);
  });

  it("takes the place of one whose process died", async () => {
    const code = `require("./lib/sandbox").Lab.start().then((lab) => { console.log(lab.hosts[0].address); process.kill(process.pid, "SIGKILL"); })`;
    const tsx = ["--require", require.resolve("tsx/cjs")];
    const dead = await run([process.execPath, ...tsx, "-e", code]);
    expect(dead.stdout).toMatch(/^10\.\d+\.0\.3\n$/);
    const lab = await Lab.start();
    expect(`${lab.hosts[0]?.address}\n`).toBe(dead.stdout);
    await lab.stop();
  });

  it.each([
    { hosts: 0, code: "lab-size" },
    { hosts: 251, code: "lab-size" },
    { hosts: [{ name: "$(id)" }], code: "lab-name" },
    { hosts: [{ name: "client" }], code: "lab-name" },
  ])("refuses $hosts in a sentence", async ({ hosts, code }) => {
    await expect(Lab.start({ hosts })).rejects.toMatchObject({ code, name: "UserError" });
  });
});
