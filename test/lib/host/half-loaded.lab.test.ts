import { Lab, type LabHost } from "../../../lib/sandbox";
import {
  cdkfw,
  deploy,
  FAILS,
  history,
  kernelRules,
  labPolicy,
  bundleOf,
  over,
  pendingGone,
  replaceTool,
  restoreTools,
  statusOf,
} from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "h1" }, { name: "first" }, { name: "boots" }] });
  host = lab.host("h1");
  await deploy(host);
});
afterEach(async () => {
  await Promise.all(lab.hosts.map(restoreTools));
});
afterAll(() => lab?.stop());

/** Fails on the first call beside the real rules, and works from then on. */
const failsOnce = (first: string): string =>
  `if rehearsal || [ -e /run/failed ]; then real "$@"; else touch /run/failed; ${first}; echo "out of luck" >&2; exit 1; fi`;

describe("a load that fails half-way brings back the old rules of both families", () => {
  test.each([
    ["IPv4 is loaded and IPv6 fails", "ip6tables-restore", failsOnce("cat >/dev/null")],
    ["IPv4 fails", "iptables-restore", failsOnce("cat >/dev/null")],
    ["nat is loaded and filter fails", "iptables-restore", failsOnce(`awk '/^\\*/ { n++ } n < 2' | real "$@"`)],
    ["filter is loaded and nat fails", "iptables-restore", failsOnce(`awk '/^\\*/ { on = /filter/ } on' | real "$@"`)],
    ["IPv4 is loaded and the loader is killed", "ip6tables-restore", failsOnce("cat >/dev/null; kill -9 $$")],
    ["the sets fail", "ipset", `[ "$1" != restore ] && real "$@" || { ${failsOnce("cat >/dev/null")}; }`],
  ])("%s", async (_what, tool, script) => {
    await mustExec(host, "rm -f /run/failed");
    const before = await kernelRules(host);
    await replaceTool(host, tool, script);
    expect(await deploy(host, { web: 81 })).toMatchObject({ outcome: "rolled-back", error: { code: "load-failed" } });
    await mustExec(host, "test -e /run/failed");
    expect(await kernelRules(host)).toEqual(before);
    expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
  });

  test("on the first deployment: none of our rules are left", async () => {
    const first = lab.host("first");
    const before = await kernelRules(first);
    await replaceTool(first, "ip6tables-restore", failsOnce("cat >/dev/null"));
    expect(await deploy(first)).toMatchObject({ outcome: "rolled-back" });
    expect(await kernelRules(first)).toEqual(before);
    expect(await statusOf(first)).toMatchObject({ state: "none", generation: null });
  });
});

test("what the kernel refuses is found at the rehearsal: nothing is changed, exit 1", async () => {
  const before = await kernelRules(host);
  await replaceTool(host, "ip6tables-restore", 'if rehearsal; then sed "s/-m conntrack/-m nosuchmatch/" | real "$@"; else real "$@"; fi'); // prettier-ignore
  const { folder } = bundleOf(labPolicy(host, { web: 81 }));
  const { code, stdout } = await cdkfw(["apply", "--bundle", folder, "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "failed", error: { code: "refused-by-kernel" } });
  expect(stdout).toContain("nosuchmatch");
  expect(await kernelRules(host)).toEqual(before);
  expect((await host.exec("ls /run/cdkfw/change")).code).not.toBe(0);
});

describe("where the rollback fails too, all is closed but SSH", () => {
  const expectSafe = async (of: LabHost): Promise<void> => {
    expect(await statusOf(of)).toMatchObject({ safe: true });
    const probes = [22, 80].map((port) => ({ proto: "tcp", dst: of.wanAddress, port }) as const);
    const probes6 = [22, 80].map((port) => ({ proto: "tcp", dst: of.wanAddress6, port }) as const);
    const verdicts = await lab.client.probe([...probes, ...probes6]);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["accept", "drop", "accept", "drop"]);
  };

  test("the files of the generation before are gone: safe rules, told to the deployer; the next deployment mends it", async () => {
    await mustExec(host, "mv /var/lib/cdkfw/committed/iptables.v6 /root/");
    expect(await deploy(host, { ssh: "reject", web: 81 })).toMatchObject({ outcome: "safe-rules" });
    await expectSafe(host);
    expect((await history(host)).at(-1)).toBe("safe-rules");
    const { stdout } = await cdkfw(["apply", "--bundle", bundleOf(labPolicy(host)).folder, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "committed" });
    const status = await statusOf(host);
    expect(status).toMatchObject({ state: "committed", intact: true });
    expect(status).not.toHaveProperty("safe");
  });

  test("no loader works any more: the rules of the change stay, and the host tries until one does", async () => {
    const before = await kernelRules(host);
    await replaceTool(host, "ip6tables-restore", `if [ -e /run/broken ]; then ${FAILS}; else real "$@"; fi`);
    const running = deploy(host, { ssh: "drop", web: 81 }, { windowSeconds: 2 });
    await new Promise((done) => setTimeout(done, 1000));
    await mustExec(host, "touch /run/broken");
    await new Promise((done) => setTimeout(done, 5000));
    expect((await kernelRules(host)).join("\n")).toContain("CDKFW-");
    await mustExec(host, "rm /run/broken");
    await pendingGone(host, 20);
    expect(["rolled-back", "safe-rules"]).toContain((await running).outcome);
    expect(await kernelRules(host)).toEqual(before);
  });

  test("at boot, too", async () => {
    const boots = lab.host("boots");
    await deploy(boots);
    await mustExec(boots, "sed -i 's/-m conntrack/-m nonsense/' /var/lib/cdkfw/committed/iptables.v4");
    await boots.reboot();
    await expectSafe(boots);
    expect((await history(boots)).at(-1)).toBe("safe-rules");
    expect(await deploy(boots)).toMatchObject({ outcome: "committed" });
    await over(boots, (connection) => connection.run("true"));
  });
});
