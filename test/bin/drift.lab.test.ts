import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostPolicy } from "../../lib/model/policy";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { cdkfw, labPolicy, type PolicyWishes } from "../fixtures/deployment";
import { mustExec } from "../fixtures/sshd";

let lab: Lab;
const out = mkdtempSync(join(tmpdir(), "out-"));

/** h1 by nftables, h2 by iptables, each entry with the line that declared it. */
function synth(wishes: PolicyWishes = {}): void {
  const policies = lab.hosts.map((host, index): HostPolicy => {
    const policy = labPolicy(host, { backend: index === 0 ? "nftables" : "iptables", ...wishes });
    const entries = policy.entries.map((entry, at) => ({ ...entry, origin: { ...entry.origin, file: "main.ts", line: at + 1 } })); // prettier-ignore
    return { ...policy, entries };
  });
  synthesize(policies, out, "edge");
}

const drift = (...args: string[]) => cdkfw(["drift", "--no-synth", ...args, "--out", out]);

beforeAll(async () => {
  lab = await Lab.start({ hosts: 2 });
  synth();
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab?.stop();
});

test("what was never deployed differs from what is declared, line by line", async () => {
  const { code, stdout } = await drift("h1");
  expect(code).toBe(2);
  expect(stdout).toMatch(/^h1 {2}drifted {2}generation none, [0-9a-f]{16} waits to be deployed\n(.*\n)* {2}\+ accept .*ssh/); // prettier-ignore
});

test("as declared: one line a host, exit 0", async () => {
  expect((await cdkfw(["deploy", "--no-synth", "--out", out])).code).toBe(0);
  expect(await drift()).toMatchObject({ code: 0, stdout: "h1  as declared\nh2  as declared\n" });
});

test("a rule that is gone is told by its entry's words and line, by both backends; exit 2", async () => {
  await mustExec(lab.host("h1"), "nft flush chain inet cdkfw input/ext");
  await mustExec(lab.host("h2"), "iptables -F CDKFW-I-ext");
  const { code, stdout } = await drift("--json");
  expect(code).toBe(2);
  const missing = {
    kind: "missing",
    words: expect.stringMatching(/^accept tcp\/80 ext → host from offices # an .open. door$/) as string,
    path: "edge/fleet/h1/accept-ext-host",
    place: "edge/fleet/h1/accept-ext-host (main.ts:2)",
  };
  expect(JSON.parse(stdout)).toMatchObject([
    { host: "h1", different: true, rules: expect.arrayContaining([expect.objectContaining(missing)]) as unknown },
    { host: "h2", different: true, rules: expect.arrayContaining([expect.objectContaining(missing)]) as unknown },
  ]);
  const words = await drift("h1");
  expect(words.stdout).toMatch(/^ {2}missing {2}accept tcp\/80 .* \S+ \(main\.ts:2\) {2}in `input\/ext`$/m);
});

test("in Prometheus' words; a host that is silent is down, and exit 1", async () => {
  await lab.host("h2").cut("both");
  const { code, stdout } = await drift("--prometheus");
  await lab.host("h2").mend();
  expect(code).toBe(1);
  expect(stdout).toContain('cdkfw_host_up{host="h1"} 1\ncdkfw_host_up{host="h2"} 0\n');
  expect(stdout).toMatch(/^cdkfw_drift\{host="h1",kind="kernel"\} [1-9]/m);
  expect(stdout).toContain('cdkfw_drift{host="h1",kind="policy"} 0');
  expect(stdout).not.toContain('cdkfw_drift{host="h2"');
});

test("a policy that has changed since is told in words", async () => {
  await cdkfw(["deploy", "--no-synth", "--out", out]);
  synth({ web: 81 });
  const { code, stdout } = await drift("h2");
  expect(code).toBe(2);
  expect(stdout).toMatch(/^ {2}- accept .*tcp\/80 /m);
  expect(stdout).toMatch(/^ {2}\+ accept .*tcp\/81 /m);
});

test("two forms at once are a mistake", async () => {
  expect((await drift("--json", "--prometheus")).code).toBe(1);
});
