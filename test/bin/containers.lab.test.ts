import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lab, type LabHost } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { answers, containerPolicy, deployContainers, eventually, WITH_IPV6 } from "../fixtures/containers";
import { cdkfw } from "../fixtures/deployment";
import { mustExec } from "../fixtures/sshd";

jest.setTimeout(240_000); // engines on a busy machine

const ENTRIES = [
  "forward: tcp/8080, from: ext, to: container web",
  "accept: tcp/80, from: container web, to: container tier=db",
  "accept: published, from: ext, to: container late",
];

describe.each([
  { engine: "20", backend: "iptables" },
  { engine: "newest", backend: "nftables" },
] as const)("containers of Docker $engine, by $backend", ({ engine, backend }) => {
  let lab: Lab;
  let host: LabHost;
  const out = mkdtempSync(join(tmpdir(), "out-"));

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine, daemon: WITH_IPV6 } }] });
    host = lab.host("dock");
    synthesize([containerPolicy(host, backend, ENTRIES)], out, "edge");
    await host.docker.command("network", "create", "--ipv6", "--subnet", "fd31::/64", "six");
  });
  afterAll(async () => {
    rmSync(out, { recursive: true, force: true });
    await lab?.stop();
  });

  /** What it prints, and with which code it ends. */
  async function containers(...args: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await cdkfw(["containers", "dock", ...args, "--out", out]);
    return [`exit ${code}`, ...(stdout + stderr).split("\n").filter((line) => line !== "")];
  }
  async function json(...args: string[]): Promise<unknown> {
    return JSON.parse((await containers(...args, "--json")).slice(1).join("\n"));
  }

  /** Nobody starts it again: the script that would do so is away meanwhile. */
  async function endWatcher(): Promise<void> {
    await mustExec(host, "mv /usr/local/lib/cdkfw/cdkfw-host /root/");
    const end = "kill -9 $(pgrep -f 'cdkfw-host [w]atch') 2>/dev/null; flock -n /run/cdkfw/watcher.lock true";
    await eventually(() => host.exec(end), ({ code }) => code === 0); // prettier-ignore
    await mustExec(host, "mv /root/cdkfw-host /usr/local/lib/cdkfw/");
  }

  test("lists what is there before anything is deployed, and whom rules wait for", async () => {
    await host.docker.run("web", { options: ["--network", "six", "-p", "8080:80"] });
    const said = await containers();
    expect(said).toEqual([
      "exit 0",
      expect.stringMatching(/^dock {2}rules of generation [0-9a-f]{16}, the host has none$/),
      expect.stringMatching(/^web {2}running {2}[0-9a-f]{12}$/),
      expect.stringMatching(/^ {2}six {2}172\.\d+\.\d+\.2, fd31::2$/),
      "  publishes tcp/80 at 8080",
      expect.stringMatching(/^ {2}forward +tcp\/8080 {2}ext → container web +containers\.yaml:7/),
      expect.stringMatching(/^ {2}accept +tcp\/80 {2}container web → container tier=db +containers\.yaml:8/),
      "container tier=db  is not there",
      expect.stringMatching(/^ {2}accept +tcp\/80 {2}container web → container tier=db /),
      "container late  is not there",
      expect.stringMatching(/^ {2}accept +published ports {2}ext → container late /),
    ]);
    expect(await containers("--dry-run")).toEqual([
      "exit 0",
      "dock  the sets hold what Docker says: nothing to change",
    ]);
    expect(await containers("start", "web")).toEqual(["exit 0", "dock  runs already  web"]);
  });

  test("tells what the watcher would change: nothing where it is at work, also with published ports of both families", async () => {
    await deployContainers(host, backend, ENTRIES);
    await host.docker.run("late", { options: ["-p", "6060:80", "-p", "127.0.0.1:6061:81", "-p", `${host.wanAddress}:6062:82`] }); // prettier-ignore
    await host.docker.run("db", { options: ["--network", "six", "--label", "tier=db"] });
    const settled = await eventually(() => containers("--dry-run"), ([exit]) => exit === "exit 0"); // prettier-ignore
    expect(settled).toEqual(["exit 0", "dock  the sets hold what Docker says: nothing to change"]);
    expect(await json()).toMatchObject({
      generation: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      containers: [{ name: "db" }, { name: "late", published: [{ hostPort: 6060 }, {}, {}] }, { name: "web", state: "running" }], // prettier-ignore
      absent: [],
      warnings: [],
    });
  });

  test("tells it of a set that somebody has changed, and of jumps that are gone, while the watcher can not see to it", async () => {
    await endWatcher();
    const web = await host.docker.address("web");
    const set = (await host.readFile("/run/cdkfw/live")).split("\n").find((line) => line.endsWith(`\t${web}`))?.split("\t")[0] ?? ""; // prettier-ignore
    await mustExec(
      host,
      backend === "nftables"
        ? `nft delete element inet cdkfw ${set} '{ ${web} }'; nft add element inet cdkfw ${set} '{ 192.0.2.7 }'`
        : `ipset del cdkfw-${set} ${web}; ipset add cdkfw-${set} 192.0.2.7`,
    );
    const jump = backend === "nftables" ? "CDKFW-ACCEPTED" : "CDKFW-FORWARD";
    await mustExec(host, `iptables -D DOCKER-USER -j ${jump}`);
    const said = await containers("--dry-run");
    expect(said).toEqual([
      "exit 2",
      "dock  the watcher would change:",
      "  - 192.0.2.7  container web, address",
      `  + ${web}  container web, address`,
      "  + our rules, before Docker's",
      expect.stringMatching(/^The watcher of containers does not run/),
      expect.stringMatching(/^ {2}Deploy again/),
    ]);
    expect(await json("--dry-run")).toMatchObject({
      changes: [{ kind: "removed", element: "192.0.2.7" }, { kind: "added", of: "container web" }, { kind: "jumps" }],
    });
    await mustExec(host, "/usr/local/lib/cdkfw/cdkfw-host boot");
    await eventually(() => containers("--dry-run"), ([exit]) => exit === "exit 0"); // prettier-ignore
  });

  test("starts containers after what they need, each paused until its rules stand", async () => {
    await host.docker.command("stop", "web", "db");
    const compose = (service: string, ...more: string[]) => {
      const words = ["com.docker.compose.project=shop", `com.docker.compose.service=${service}`, ...more];
      return words.flatMap((one) => ["--label", one]);
    };
    const create = ["create", "--stop-signal", "KILL"];
    await host.docker.command(...create, "--name", "cache", ...compose("cache"), "lab", "sleep", "600");
    const needs = compose("front", "com.docker.compose.depends_on=cache:service_started:false");
    await host.docker.command(...create, "--name", "front", ...needs, "--link", "late:l", "--volumes-from", "db", "lab", "sleep", "600"); // prettier-ignore
    await host.docker.command(...create, "--name", "side", "--network", "container:front", "lab", "sleep", "600");
    expect(await containers("start", "side", "web", "--dry-run")).toEqual([
      "exit 1",
      "error: `front` does not run, and `side` shares its network",
      "  Name `front` too, or say --pull-deps.",
    ]);
    const plan = [
      "dock  runs already  late  (front is linked to it)",
      "dock  start  db  (front has its volumes)",
      "dock  start  cache  (front depends on it)",
      "dock  start  front  (side shares its network)",
      "dock  start  side",
      "dock  start  web",
    ];
    expect(await containers("start", "side", "web", "--pull-deps", "--dry-run")).toEqual(["exit 2", ...plan]);
    expect(await containers("start", "side", "web", "--pull-deps", "--paused")).toEqual(["exit 0", ...plan]);
    // Open at once, since the rules stood before it went on; and in the order.
    expect(await json("--dry-run")).toMatchObject({ changes: [] });
    await host.docker.listening("web");
    await host.docker.listening("db");
    const [db, web] = [await host.docker.address("db"), host.wanAddress];
    expect(
      await answers(lab, host, [
        { by: "web", proto: "tcp", dst: db, port: 80 },
        { by: "stranger", proto: "tcp", dst: web, port: 8080 },
        { by: "stranger", proto: "tcp", dst: host.wanAddress6, port: 8080 },
      ]),
    ).toEqual(["db", "web", "web"]);
    const began = await host.docker.command("inspect", "-f", "{{.State.StartedAt}} {{.Name}}", "db", "cache", "front", "side", "web"); // prettier-ignore
    expect(began.split("\n").sort()).toEqual(began.split("\n"));
    expect(await host.docker.command("ps", "-q", "--filter", "status=paused")).toBe("");
    expect(await containers("start", "web", "--dry-run")).toEqual(["exit 0", "dock  runs already  web"]);
  });

  test("leaves a container paused whose rules do not come to stand, and goes on from there", async () => {
    await host.docker.command("stop", "web");
    await endWatcher();
    const [exit, , error] = await containers("start", "web", "--paused");
    expect([exit, error]).toEqual(["exit 1", expect.stringMatching(/^error: web: the watcher has not taken its addresses in: .* stays paused$/)]); // prettier-ignore
    expect(await host.docker.command("ps", "--filter", "status=paused", "--format", "{{.Names}}")).toBe("web");
    await mustExec(host, "/usr/local/lib/cdkfw/cdkfw-host boot");
    expect(await containers("start", "web")).toEqual(["exit 0", "dock  unpause  web"]);
    await host.docker.listening("web");
    expect(await answers(lab, host, [{ by: "stranger", proto: "tcp", dst: host.wanAddress, port: 8080 }])).toEqual([
      "web",
    ]);
  });

  test.each([
    [["start", "wep"], /the host has no container `wep`\n {2}Did you mean `web`\?/],
    [["start"], /start wants to know which containers/],
    [["stop", "web"], /there is no `stop`\n {2}Allowed: `ls` and `start NAME…`/],
    [["--paused"], /are for `start`/],
  ])("refuses %j", async (args, reason) => {
    const said = await containers(...args);
    expect(said[0]).toBe("exit 1");
    expect(said.join("\n")).toMatch(reason);
  });

  test("fails where Docker can not be asked, and says why", async () => {
    await host.docker.stop();
    const said = await containers();
    expect(said[0]).toBe("exit 1");
    expect(said.join("\n")).toMatch(/Docker does not run: /);
    expect((await containers("start", "web")).join("\n")).toMatch(/^exit 1\nerror: Docker does not run/);
  });
});
