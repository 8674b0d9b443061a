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

const read = (path: string) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Those that descend from a process, itself included, as `PID:STARTED`, so that no later one is taken for them. */
function processTree(root: number): string[] {
  const stats = readdirSync("/proc").flatMap((name) => {
    const [, pid, rest] = /^(\d+) \(.*\) (.*)/s.exec(/^\d+$/.test(name) ? read(`/proc/${name}/stat`) : "") ?? [];
    const fields = rest?.split(" ") ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(fields[1]), started: fields[19] }];
  });
  const below = (pid: number): string[] =>
    stats.flatMap((stat) => {
      if (stat.pid === pid) return [`${pid}:${stat.started}`, ...below(-pid)];
      return stat.parent === -pid ? below(stat.pid) : [];
    });
  return below(root);
}

const alive = (processes: readonly string[]) =>
  processes.filter((entry) => {
    const stat = read(`/proc/${entry.split(":")[0]}/stat`)
      .replace(/^.*\) /s, "")
      .split(" ");
    return stat[0] !== "Z" && stat[19] === entry.split(":")[1];
  });

/** Mounts and control groups of all labs on this machine. */
function traces(): { mounts: number; groups: string[] } {
  const groups = join(SEAT, "cgroup");
  return {
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
    const own = traces().groups.filter((name) => !before.groups.includes(name));
    if (isMachineRoot()) expect(own).not.toEqual([]);
    const processes = processTree(child.pid ?? 0);
    expect(processes.length).toBeGreaterThan(8);
    child.kill(signal);
    await once(child, "exit");
    await settled(() => alive(processes).length === 0);
    expect(alive(processes)).toEqual([]);
    expect(traces().mounts).toBe(before.mounts);
    // Control groups outlive a killed wrapper; the next lab removes them.
    expect(await run([inLab, "true"])).toMatchObject({ code: 0 });
    const left = () => traces().groups.filter((name) => own.includes(name) && isEmpty(join(SEAT, "cgroup", name)));
    expect(left()).toEqual([]);
  });

  it("ends with its command's exit status, and sees nothing of the machine's network", async () => {
    expect(await run([inLab, "sh", "-c", "exit 7"])).toMatchObject({ code: 7 });
    const { stdout } = await run([inLab, "sh", "-c", 'cat /proc/net/dev; echo "$1"', "sh", "a  b$(id)"]);
    expect(stdout.split("\n").filter((line) => line.includes(":"))).toHaveLength(1);
    expect(stdout).toContain("a  b$(id)\n");
  });
});

/** A lab of somebody else that came up meanwhile is none of ours, and has processes in its groups. */
function isEmpty(group: string): boolean {
  return /^populated 0/m.test(read(join(group, "cgroup.events")));
}

describe("a lab", () => {
  it("leaves no interface and no folder when it stops", async () => {
    const lab = await Lab.start({ hosts: [{ lan: true }, {}] });
    const pids = lab.machines.map(({ pid }) => pid);
    const number = lab.machines[0]?.folder.split("/").at(-3) ?? "";
    const links = async () => {
      const { stdout } = await run(["chroot", join(SEAT, "image"), "ip", "-o", "link"]);
      return stdout.split("\n").filter((line) => new RegExp(`: (lab|out|n|p)${number}[-:@]`).test(line));
    };
    expect((await links()).length).toBeGreaterThan(4);
    await lab.stop();
    expect(await links()).toEqual([]);
    expect(existsSync(join(SEAT, "labs", number))).toBe(false);
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
    // Another test's lab may take the place first; then there are more of ours than free places.
    const labs = await Promise.all([Lab.start(), Lab.start(), Lab.start()]);
    expect(labs.map((lab) => `${lab.hosts[0]?.address}\n`)).toContain(dead.stdout);
    await Promise.all(labs.map((lab) => lab.stop()));
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
