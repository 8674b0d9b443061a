import { hostHistory, type HostHistory } from "../../../lib/deploy/history";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { applyOnly, bundleOf, cdkfw, deploy, kernelRules, labPolicy, over, statusOf, teardown } from "../../fixtures/deployment"; // prettier-ignore
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;
let out: string;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
  out = bundleOf(labPolicy(host)).folder.replace(/\/stacks\/.*/, "");
});
afterAll(() => lab?.stop());

const history = (): Promise<HostHistory> => over(host, hostHistory);
const deployer = (): string => `${host.address.split(".").slice(0, 2).join(".")}.0.1`;

test("every outcome is kept: when, by whom and from where, from which generation to which, and why", async () => {
  const first = await deploy(host);
  const second = await deploy(host, { web: 81, user: "deploy" });
  const third = await deploy(host, { ssh: "reject", web: 82 });
  const { generation, changes, kept } = await history();
  expect(generation).toBe(second.generation);
  expect(changes).toMatchObject([
    { outcome: "committed", previous: null, generation: first.generation, from: deployer(), why: null },
    // sudo hides where it came from.
    { outcome: "committed", previous: first.generation, generation: second.generation, from: deployer() },
    { outcome: "rolled-back", previous: second.generation, generation: third.generation, why: "asked for" },
  ]);
  for (const { owner, time } of changes) {
    expect(owner).toMatch(/^\S+@\S+$/);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  expect([...kept].sort()).toEqual([first, second, third].map((one) => one.generation).sort());
});

test("a power cut within the window is told of, too", async () => {
  await applyOnly(host, { web: 83 }, 60);
  await host.reboot();
  expect((await history()).changes.at(-1)).toMatchObject({
    outcome: "rolled-back",
    why: "the host went down within the window",
  });
});

test("`cdkfw history` tells it to people and to programs", async () => {
  const words = await cdkfw(["history", "h1", "--out", out, "--last", "2"]);
  expect(words.code).toBe(0);
  expect(words.stdout).toMatch(/^h1 {2}generation [0-9a-f]{16}\n {2}\S+ {2}rolled-back {2}[0-9a-f]{16} → [0-9a-f]{16} {2}\S+ from \S+: asked for\n/); // prettier-ignore
  expect(words.stdout).toContain("can go back to");
  const { stdout } = await cdkfw(["history", "--out", out, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ host: "h1", changes: expect.any(Array), kept: expect.any(Array) }]);
});

describe("back to a generation that the host still has", () => {
  test("`--to previous`, proven and confirmed like a new one; and back again", async () => {
    const now = await kernelRules(host);
    const { code, stdout } = await cdkfw(["rollback", "h1", "--to", "previous", "--out", out, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ host: "h1", outcome: "committed" }]);
    expect((await kernelRules(host)).join("\n")).not.toContain("--dport 81");
    expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
    await host.reboot();
    expect((await kernelRules(host)).join("\n")).toContain("--dport 80");
    expect(await cdkfw(["rollback", "h1", "--to", "previous", "--out", out])).toMatchObject({ code: 0 });
    expect(await kernelRules(host)).toEqual(now);
  });

  test("one that keeps the deployer out is rolled back itself", async () => {
    const now = await kernelRules(host);
    const refused = (await history()).changes.find(({ why }) => why === "asked for")?.generation ?? "";
    const words = await cdkfw(["rollback", "h1", "--to", refused.slice(0, 8), "--out", out, "--confirm-timeout", "6"]);
    expect(words.code).toBe(3);
    expect(await kernelRules(host)).toEqual(now);
  });

  test.each([
    ["one that is not there", "0123456789abcdef", "no generation"],
    ["no name of one", "../../../etc", "no generation"],
  ])("%s: refused, with those that there are", async (_what, to, words) => {
    const { code, stdout, stderr } = await cdkfw(["rollback", "h1", "--to", to, "--out", out]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(words);
  });

  test("one that was altered on the host: refused, nothing changed", async () => {
    const now = await kernelRules(host);
    const { generation, kept } = await history();
    const other = kept.find((id) => id !== generation) ?? "";
    await mustExec(host, `echo >>/var/lib/cdkfw/generations/${other}/iptables.v4`);
    const { code, stdout } = await cdkfw(["rollback", "h1", "--to", other, "--out", out, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ outcome: "failed", error: { code: "altered" } }]);
    expect(await kernelRules(host)).toEqual(now);
  });

  test("after a teardown there is none, and the history is still told", async () => {
    await teardown(host);
    expect(await cdkfw(["rollback", "h1", "--to", "previous", "--out", out])).toMatchObject({ code: 1 });
    const left = await history();
    expect(left).toMatchObject({ generation: null, kept: [] });
    expect(left.changes.at(-1)).toMatchObject({ outcome: "torn-down", from: deployer() });
  });
});
