import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend, HostPolicy } from "../../lib/model/policy";
import { Lab, type LabHost } from "../../lib/sandbox";
import { readCounters } from "../../lib/report/read-counters";
import { synthesize } from "../../lib/synth/synthesize";
import { cdkfw, targetOf } from "../fixtures/deployment";
import { policyOf, rule } from "../fixtures/policy";
import { mustExec } from "../fixtures/sshd";
import type { EntryCount, StatsReport } from "../../bin/stats-report";

let lab: Lab;
const out = mkdtempSync(join(tmpdir(), "out-"));
const CLIENT = "198.51.100.200";

/** Rules of their own, one that logs, pairs that become a set, and a long list whose ports become one rule. */
function policyFor(host: LabHost, backend: Backend): HostPolicy {
  const list = Array.from({ length: 8 }, (_, at) => `203.0.113.${at * 2}`);
  const log = { level: "info", rate: { count: 1, per: "minute" } } as const;
  const many = (name: string, count: number, source: string) =>
    Array.from(
      { length: count },
      (_, at) =>
      rule("accept", "ext", "host", { id: `${name}-${at}`, services: [`tcp/${3000 + count * 10 + at}`], source: [source] }), // prettier-ignore
    );
  return policyOf({
    host: host.name,
    backend,
    zones: { mgmt: ["eth0"], ext: ["wan0"] },
    addresses: { list: { v4: [...list, CLIENT] } },
    entries: [
      rule("accept", "mgmt", "host", { id: "ssh", services: ["ssh"] }),
      rule("drop", "ext", "host", { id: "logged", services: ["tcp/7"], log, comment: 'counter packets 9 bytes 9 "x"' }),
      ...many("pair", 40, CLIENT),
      ...many("list", 10, "list"),
      rule("reject", "ext", "host", { id: "never", services: ["tcp/9"] }),
    ],
    target: targetOf(host),
  });
}

beforeAll(async () => {
  lab = await Lab.start({ hosts: ["nftables", "iptables"].map((name) => ({ name })) });
  synthesize(lab.hosts.map((host) => policyFor(host, host.name as Backend)), out, "edge"); // prettier-ignore
  expect((await cdkfw(["deploy", "--no-synth", "--out", out])).code).toBe(0);
  const ports = [7, 3401, 3401, 3401, 3402, 3105, 12];
  for (const { wanAddress: dst } of lab.hosts) {
    for (const port of ports) await lab.client.probe([{ proto: "tcp", dst, port }], { timeoutMs: 300 });
  }
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab?.stop();
});

const stats = (...args: string[]) => cdkfw(["stats", ...args, "--out", out]);
const entry = ({ entries }: StatsReport, name: string): EntryCount | undefined =>
  entries.find(({ path }) => path === `edge/fleet/h1/${name}`);

test.each(["nftables", "iptables"])("%s: packets are counted for the entry that decided about them", async (name) => {
  const { code, stdout } = await stats(name, "--json");
  expect(code).toBe(0);
  const [report] = JSON.parse(stdout) as StatsReport[];
  if (report === undefined) throw new Error("no report");
  const counted = (id: string) => entry(report, id)?.packets;
  expect({ one: counted("pair-1"), two: counted("pair-2"), three: counted("pair-3") }).toEqual({ one: 3, two: 1, three: 0 }); // prettier-ignore
  expect(entry(report, "pair-1")).not.toHaveProperty("with");
  expect(entry(report, "pair-1")?.bytes).toBeGreaterThanOrEqual(3 * 40);
  // A drop is tried again by the client; a log and what it leads to count once.
  expect(counted("logged")).toBeGreaterThanOrEqual(1);
  expect(counted("logged")).toBeLessThan(9);
  expect(counted("never")).toBe(0);
  expect(entry(report, "list-0")).toMatchObject({ packets: 1, with: expect.arrayContaining(["edge/fleet/h1/list-9"]) as unknown }); // prettier-ignore
  expect(report.entries.map(({ path }) => path).slice(0, 3)).toEqual(["ssh", "logged", "pair-0"].map((id) => `edge/fleet/h1/${id}`)); // prettier-ignore
  const reasons = new Map(report.implicit.map(({ reason, packets }) => [reason, packets]));
  expect(reasons.get("nothing accepted it")).toBeGreaterThanOrEqual(1);
  expect([...reasons.keys()].filter((reason) => reason.includes("source and port"))).toEqual([]);
});

test("counters that are set back begin anew", async () => {
  const before = JSON.parse((await stats("iptables", "--json")).stdout) as StatsReport[];
  await mustExec(lab.host("iptables"), "iptables -Z");
  const after = JSON.parse((await stats("iptables", "--json")).stdout) as StatsReport[];
  expect(before[0] && entry(before[0], "logged")?.packets).toBeGreaterThan(0);
  expect(after[0] && entry(after[0], "logged")?.packets).toBe(0);
});

test("in words, and for Prometheus: entries that are counted together are one sample", async () => {
  const words = await stats("nftables");
  expect(words.stdout).toMatch(/^ +3 +\d+ {2}accept tcp\/3401 .* {2}edge\/fleet\/h1\/pair-1$/m);
  expect(words.stdout).toMatch(/list-0, counted together with 9 more$/m);
  const { stdout } = await stats("nftables", "--prometheus");
  expect(stdout).toMatch(/^cdkfw_rule_packets_total\{host="nftables",path="edge\/fleet\/h1\/pair-1",rule="accept tcp\/3401 [^"]*"\} 3$/m); // prettier-ignore
  expect(stdout.match(/_packets_total\{[^}]*\/list-/g)).toHaveLength(1);
});

test("counting is no drift", async () => {
  expect(await cdkfw(["drift", "--no-synth", "--out", out])).toMatchObject({ code: 0 });
});

test("the report reads them, and says what is wrong with another file", async () => {
  const file = join(out, "counters.json");
  writeFileSync(file, (await stats("--json")).stdout);
  expect(readCounters(file).get("iptables")?.get("edge/fleet/h1/pair-1")?.packets).toBe(3);
  const none = join(out, "stacks/edge/stack.json");
  const wrong = await cdkfw(["report", "--html", join(out, "page.html"), "--counters", none, "--out", out]);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("cdkfw stats --json") as string });
});
