import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cdkfw } from "../fixtures/deployment";

jest.setTimeout(120_000);

const NODES = "test/fixtures/microfw/nodes";
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "import-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a nodes folder becomes a project, and what is not as it was is told", async () => {
  const out = join(folder, "out");
  const { code, stdout } = await cdkfw(["import", "microfw", NODES, "--out", out]);
  expect(code).toBe(0);
  expect(readdirSync(join(out, "hosts")).sort()).toEqual(["gw.ts", "web-1-example-net.ts", "web-2-example-net.ts"]);
  expect(stdout).toMatch(/^Not as in MicroFW, on every host:\n {2}what IPv6 needs/m);
  expect(stdout).toMatch(/^ {2}test\/fixtures\/microfw\/nodes\/gw\/rules:19 {2}there this refuses IPv6's neighbour/m);
  expect(stdout).toMatch(/virtuals:6 {2}never reached: line 19 of the rules refuses it/);
  expect(stdout).toContain("`ansible_become_pass` is left out");
  expect(readFileSync(join(out, "inventory.yaml"), "utf8")).not.toContain("hunter2");
  // What is told to differ stands at its place, too.
  expect(readFileSync(join(out, "hosts/gw.ts"), "utf8")).toMatch(/\/\/ Not as in MicroFW: there this refuses IPv6's/);
});

test("one node: its name is asked for where the folder does not tell it; --json tells all as data", async () => {
  const node = join(folder, "microfw");
  cpSync(join(NODES, "web-1"), node, { recursive: true });
  const nameless = await cdkfw(["import", "microfw", node, "--out", join(folder, "out")]);
  expect(nameless).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not say which host it is of\n {2}Name it: --name web-1/) as string }); // prettier-ignore

  const { code, stdout } = await cdkfw(["import", "microfw", node, "--name", "web-1", "--out", join(folder, "out"), "--json"]); // prettier-ignore
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    files: expect.arrayContaining(["hosts/web-1.ts", "inventory.yaml"]) as string[],
    remarks: expect.arrayContaining([expect.objectContaining({ differs: false, place: { file: expect.stringMatching(/services$/) as string, line: 18 } })]) as object[], // prettier-ignore
    notes: [],
  });
  expect(readFileSync(join(folder, "out/inventory.yaml"), "utf8")).toMatch(/user: root/);
});

test("what stands there stays, unless it is forced", async () => {
  writeFileSync(join(folder, "fleet.ts"), "// mine\n");
  const refused = await cdkfw(["import", "microfw", NODES, "--out", folder]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/holds `fleet.ts` already/) as string });
  expect(readFileSync(join(folder, "fleet.ts"), "utf8")).toBe("// mine\n");
  expect(await cdkfw(["import", "microfw", NODES, "--out", folder, "--force"])).toMatchObject({ code: 0 });
});

test("all mistakes of a folder are told, with their lines, and nothing is written", async () => {
  const node = join(folder, "web-1");
  cpSync(join(NODES, "web-1"), node, { recursive: true });
  writeFileSync(join(node, "rules"), "ext FW ofice ALL ssh accept\nALL FW ALL ALL ssh acept\n");
  const { code, stderr } = await cdkfw(["import", "microfw", node, "--out", join(folder, "out")]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/has 3 mistakes:\n.*rules:2: `acept` .*\n.*rules:1: `ofice` .*\n.*rules:2: `ALL` can not be/);
  expect(readdirSync(folder)).toEqual(["web-1"]);
});

test("a folder of something else is refused", async () => {
  const { code, stderr } = await cdkfw(["import", "microfw", folder]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/is no folder of MicroFW\n {2}Name the folder of a node/);
});

test("docker-fw's rules become a project, or a policy file that stays where one stands", async () => {
  const from = ["import", "docker-fw", "test/fixtures/docker-fw/rules.sh", "--name", "dock-1", "--interface", "eth0"];
  const out = join(folder, "out");
  const { code, stdout } = await cdkfw([...from, "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Not as in docker-fw, on every host:\n {2}the host itself is closed/m);
  expect(stdout).toMatch(/rules.sh:24 {2}left out, and closed: the filter/);
  expect(readFileSync(join(out, "hosts/dock-1.ts"), "utf8")).toContain('host.container("web")');

  const policy = join(out, "firewall.yaml");
  const written = await cdkfw([...from, "--policy", policy, "--json"]);
  expect(JSON.parse(written.stdout)).toMatchObject({ folder: out, files: ["firewall.yaml"] });
  expect(await cdkfw([...from, "--policy", policy])).toMatchObject({ code: 1, stderr: expect.stringMatching(/holds `firewall.yaml` already/) as string }); // prettier-ignore
  expect(await cdkfw(from.slice(0, 3))).toMatchObject({ code: 1, stderr: expect.stringMatching(/--name/) as string });
});

test("compile --microfw makes bundles straight from the folder, of all nodes or of one", async () => {
  const out = join(folder, "out");
  const lockedOut = await cdkfw(["compile", "--microfw", NODES, "--out", out]);
  expect(lockedOut).toMatchObject({ code: 1, stderr: expect.stringMatching(/nobody at all would reach SSH on TCP port 2222/) as string }); // prettier-ignore
  const all = await cdkfw(["compile", "--microfw", NODES, "--out", out, "--json", "--allow-lockout"]);
  expect((JSON.parse(all.stdout) as { host: string }[]).map(({ host }) => host)).toEqual(["gw", "web-1.example.net", "web-2.example.net"]); // prettier-ignore
  const one = await cdkfw(["compile", "--microfw", NODES, "--host", "gw", "--out", out, "--json", "--allow-lockout"]);
  expect(JSON.parse(one.stdout)).toEqual([(JSON.parse(all.stdout) as object[])[0]]);
  const unknown = await cdkfw(["compile", "--microfw", NODES, "--host", "gv", "--out", out]);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/Did you mean `gw`/) as string });
  const both = await cdkfw(["compile", "x.yaml", "--microfw", NODES]);
  expect(both).toMatchObject({ code: 1, stderr: expect.stringMatching(/takes a policy file, or a MicroFW folder/) as string }); // prettier-ignore
});
