import { Lab, type LabHost } from "../../../lib/sandbox";
import { deploy, history, kernelRules, ourRules, over, pendingGone, statusOf } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let web: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: ["web", "reject1", "drop1", "reject2", "drop2"].map((name) => ({ name })) });
  web = lab.host("web");
});
afterAll(() => lab?.stop());

const generations = async (): Promise<string[]> =>
  (await mustExec(web, "ls -1t /var/lib/cdkfw/generations")).trim().split("\n");
const committed = async (): Promise<string> => (await mustExec(web, "readlink /var/lib/cdkfw/committed")).trim();

describe("a host's life", () => {
  test("the first deployment goes through all steps and is committed", async () => {
    const steps: string[] = [];
    const outcome = await deploy(web, {}, { onStep: (step) => steps.push(step) });
    expect(outcome).toMatchObject({ host: "web", outcome: "committed" });
    expect(steps).toEqual(["connect", "check", "lock", "stage", "arm", "apply", "prove", "confirm"]);
    expect(await committed()).toBe(`generations/${outcome.generation}`);
    expect(await statusOf(web)).toMatchObject({
      state: "committed",
      generation: outcome.generation,
      intact: true,
      last: { outcome: "committed", generation: outcome.generation },
    });
  });

  test("the same again changes nothing, and asks for no confirmation", async () => {
    const before = await kernelRules(web);
    const steps: string[] = [];
    expect(await deploy(web, {}, { onStep: (step) => steps.push(step) })).toMatchObject({ outcome: "unchanged" });
    expect(steps).not.toContain("arm");
    expect(await kernelRules(web)).toEqual(before);
    expect(await history(web)).toEqual(["committed"]);
  });

  test("a reboot loads the same rules, before any interface is up, and a deployment finds nothing to do", async () => {
    const before = await ourRules(web);
    // Runs right after ours, and right before the network comes up.
    const witness = "#!/bin/sh\nip -o link show up | grep -vc ' lo:'; iptables-save | grep -c CDKFW-INPUT\n";
    await web.writeFile("/etc/rc.boot.d/11-witness", witness, 0o755);
    await web.reboot();
    const [interfacesUp, rules] = (await web.readFile("/run/boot.log")).split("\n").map(Number);
    expect(interfacesUp).toBe(0);
    expect(rules).toBeGreaterThan(0);
    expect(await ourRules(web)).toEqual(before);
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: true });
    expect(await deploy(web)).toMatchObject({ outcome: "unchanged" });
  });

  test("--force applies what stands already", async () => {
    const before = await ourRules(web);
    expect(await deploy(web, {}, { force: true })).toMatchObject({ outcome: "committed" });
    expect(await ourRules(web)).toEqual(before);
    expect(await deploy(web)).toMatchObject({ outcome: "unchanged" });
  });

  test("a changed rule is committed; the sets and chains of before are gone", async () => {
    const { outcome, generation } = await deploy(web, { web: 81 });
    expect(outcome).toBe("committed");
    const rules = (await ourRules(web)).join("\n");
    expect(rules).toContain("--dport 81");
    expect(rules).not.toContain("--dport 80");
    const sets = new Set(rules.match(/cdkfw-[0-9a-f]{8}/g));
    expect(sets).toEqual(new Set([`cdkfw-${generation.slice(0, 8)}`]));
    expect(await statusOf(web)).toMatchObject({ generation, intact: true });
  });

  test("ten generations are kept, the committed one among them", async () => {
    await mustExec(web, "cd /var/lib/cdkfw/generations && for i in 1 2 3 4 5 6 7 8 9 10 11; do mkdir old-$i; done");
    const { generation } = await deploy(web, { web: 82 });
    const kept = await generations();
    expect(kept).toHaveLength(10);
    expect(kept).toContain(generation);
    expect(await committed()).toBe(`generations/${generation}`);
  });

  test("nothing of all this is left in the places of passage", async () => {
    await pendingGone(web);
    expect((await mustExec(web, "ls -A /var/lib/cdkfw/incoming /run/cdkfw")).split(/\s+/).sort().join(" ")).toBe(
      " /run/cdkfw: /var/lib/cdkfw/incoming: ended error holder mutex",
    );
  });
});

describe("a policy that keeps the deployer out is rolled back within the window", () => {
  test.each([
    { name: "reject1", ssh: "reject", first: true },
    { name: "drop1", ssh: "drop", first: true },
    { name: "reject2", ssh: "reject", first: false },
    { name: "drop2", ssh: "drop", first: false },
  ] as const)("$ssh, on the first deployment: $first", async ({ name, ssh, first }) => {
    const host = lab.host(name);
    if (!first) await deploy(host);
    const before = await kernelRules(host);
    const started = Date.now();
    expect(await deploy(host, { ssh, web: 81 })).toMatchObject({
      outcome: "rolled-back",
      error: { code: "not-proven" },
    });
    expect(Date.now() - started).toBeLessThan(6000);
    expect(await kernelRules(host)).toEqual(before);
    await over(host, (connection) => connection.run("true"));
    expect(await statusOf(host)).toMatchObject(first ? { state: "none" } : { state: "committed", intact: true });
    expect((await host.exec("ls /etc/rc.boot.d/10-cdkfw")).code).toBe(first ? 2 : 0);
    expect((await history(host)).at(-1)).toBe("rolled-back");
  });
});
