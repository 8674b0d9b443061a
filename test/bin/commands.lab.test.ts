import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_BACKEND } from "../../lib/model/backend";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { applyOnly, cdkfw, labPolicy, over, type PolicyWishes } from "../fixtures/deployment";

let lab: Lab;
const out = mkdtempSync(join(tmpdir(), "out-"));

beforeAll(async () => {
  lab = await Lab.start({ hosts: 3 });
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab?.stop();
});

/** The bundles of all hosts, as a synth writes them. */
function synth(wishes: Readonly<Record<string, PolicyWishes>> = {}): Map<string, string> {
  const policies = lab.hosts.map((host) => labPolicy(host, { backend: DEFAULT_BACKEND, ...wishes[host.name] }));
  return new Map(synthesize(policies, out, "edge").map(({ host, generation }) => [host, generation]));
}

async function run(...args: string[]): Promise<{ code: number | null; json: unknown }> {
  const { code, stdout } = await cdkfw([...args, "--out", out, "--json"]);
  return { code, json: JSON.parse(stdout) as unknown };
}

/** `deploy --json`: the outcome of each host by its name, and the last line. */
async function deploy(...args: string[]) {
  const { code, stdout } = await cdkfw(["deploy", "--no-synth", ...args, "--out", out, "--json"]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  const ended = events.filter(({ event }) => event === "host");
  return {
    code,
    events,
    outcomes: Object.fromEntries(ended.map(({ host, outcome }) => [host, outcome])),
    end: events.at(-1),
  };
}

const apply = (host: string, ...more: string[]): ReturnType<typeof cdkfw> =>
  cdkfw(["apply", "--bundle", join(out, "stacks/edge/hosts", host), "--confirm-timeout", "5", ...more]);

test("before anything: status tells `none` for each host, diff shows every line, exit 2", async () => {
  const wanted = synth();
  expect(await run("status")).toEqual({
    code: 0,
    json: ["h1", "h2", "h3"].map((host) => ({ host, wanted: wanted.get(host), state: "none", generation: null })),
  });
  const { code, json } = await run("diff", "--no-synth", "h1");
  expect(code).toBe(2);
  expect(json).toMatchObject([{ host: "h1", stands: null, wanted: wanted.get("h1"), different: true }]);
});

test("deploy brings all hosts their bundles, exit 0; again: unchanged", async () => {
  const { code, stdout } = await cdkfw(["deploy", "--no-synth", "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^h1 {2}committed/m);
  expect(stdout).toMatch(/^3 hosts in .* s: 3 committed$/m);
  const again = await deploy();
  expect(again).toMatchObject({
    code: 0,
    outcomes: { h1: "unchanged", h2: "unchanged", h3: "unchanged" },
    end: { event: "end", hosts: 3, outcomes: { unchanged: 3 }, exit: 0 },
  });
  expect(await run("diff", "--no-synth")).toMatchObject({ code: 0 });
});

test("a changed rule is one line less and one more in diff, exit 2", async () => {
  synth({ h1: { web: 81 } });
  const { code, stdout } = await cdkfw(["diff", "--no-synth", "--out", out]);
  expect(code).toBe(2);
  const changed = stdout.split("\n").filter((line) => /^ +[+-] accept/.test(line));
  expect(changed).toHaveLength(2);
  expect(changed[0]).toMatch(/- accept .*tcp\/80 /);
  expect(changed[1]).toMatch(/\+ accept .*tcp\/81 /);
  expect(stdout).toContain("h2: no difference");
});

test("status tells committed, pending and unreachable apart, exit 1 for the last", async () => {
  const wanted = synth();
  const { owner } = await applyOnly(lab.host("h2"), { web: 90 }, 60);
  await lab.host("h3").cut("both");
  const target = ["--bundle", join(out, "stacks/edge/hosts/h3"), "--json"];
  const [status, unreachable] = await Promise.all([run("status"), cdkfw(["apply", ...target])]);
  await lab.host("h3").mend();
  expect(status).toMatchObject({
    code: 1,
    json: [
      { host: "h1", state: "committed", generation: wanted.get("h1"), intact: true, last: { outcome: "committed" } },
      { host: "h2", state: "pending", generation: wanted.get("h2"), pending: { owner } },
      { host: "h3", state: "unreachable", generation: null, error: { code: expect.any(String) as string } },
    ],
  });
  expect(unreachable.code).toBe(1);
  expect(JSON.parse(unreachable.stdout)).toMatchObject({ host: "h3", outcome: "failed" });
  expect(await run("rollback", "h2")).toEqual({ code: 0, json: [{ host: "h2", result: "rolled back" }] });
  expect(await run("rollback", "h2")).toMatchObject({ code: 1, json: [{ error: { code: "not-pending" } }] });
}, 90_000);

test.each(["reject", "drop"] as const)("a policy that would %s SSH: exit 3, and one can log in", async (ssh) => {
  synth({ h1: { ssh, web: 81 } });
  const { code, stdout } = await apply("h1");
  expect(code).toBe(3);
  expect(stdout).toMatch(/^h1 {2}rolled.back/);
  expect(stdout).toContain("Does the policy accept SSH from where you deploy?");
  await over(lab.host("h1"), (connection) => connection.run("true"));
  const all = await deploy("--confirm-timeout", "5");
  expect(all).toMatchObject({ code: 3, outcomes: { h1: "rolled-back", h2: "unchanged" } });
});

test("ways to the host other than the bundle's", async () => {
  synth();
  const { address, ssh } = lab.host("h1");
  const way = ["--address", address, "--port", "22", "--user", "deploy", "--identity", ssh.identityFile];
  const known = ["--known-hosts", ssh.knownHostsFile];
  expect(await apply("h1", ...way, ...known)).toMatchObject({ code: 0, stdout: expect.stringMatching(/unchanged/) as string }); // prettier-ignore
  expect((await apply("h1", "--port", "23")).code).toBe(1);
  const many = await cdkfw(["deploy", "--no-synth", "--out", out, "--address", address]);
  expect(many).toMatchObject({ code: 1, stderr: expect.stringMatching(/--address names one host/) as string });
});

test("an altered bundle never leaves the deployer", async () => {
  synth({ h1: { web: 85 } });
  const file = join(out, "stacks/edge/hosts/h1/nftables");
  writeFileSync(file, `${readFileSync(file, "utf8")}table inet more {}\n`);
  const { code, stdout } = await apply("h1", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "bundle-altered" } });
  expect((await run("status", "h2")).code).toBe(0);
});

test("hosts are named by pattern, group and exclusion", async () => {
  const [first, ...others] = lab.hosts.map((host) => labPolicy(host));
  if (first === undefined) throw new Error("no host");
  synthesize([{ ...first, groups: ["canary"] }, ...others], out, "edge");
  expect(await run("status", "h*", "!group:canary")).toMatchObject({ code: 0, json: [{ host: "h2" }, { host: "h3" }] });
  expect(await run("status", "group:canari")).toMatchObject({
    code: 1,
    json: { error: { code: "unknown-group", help: "Did you mean `group:canary`?" } },
  });
  expect(await run("teardown", "!h1")).toMatchObject({ code: 1, json: { error: { code: "no-host" } } });
});

test("teardown wants names, tells what it did, and may be done twice", async () => {
  synth();
  expect(await run("teardown")).toMatchObject({ code: 1, json: { error: { code: "no-host" } } });
  for (let round = 0; round < 2; round++) {
    expect(await run("teardown", "h1")).toEqual({ code: 0, json: [{ host: "h1", result: "torn down" }] });
  }
  expect(await run("status", "h1", "h2")).toMatchObject({ json: [{ state: "none" }, { state: "committed" }] });
});
