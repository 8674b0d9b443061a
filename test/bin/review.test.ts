import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "review-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function cdkfw(...args: string[]) {
  const command = ["--import", pathToFileURL(require.resolve("tsx")).href, resolve("bin/cdkfw.ts"), ...args];
  return spawnSync(process.execPath, command, { encoding: "utf8", cwd: folder, env: { ...process.env, TSX_TSCONFIG_PATH: resolve("tsconfig.json"), NODE_PATH: resolve("node_modules") } }); // prettier-ignore
}
const policy = (entries: readonly string[], more = "managedFrom: 198.51.100.0/24\n") =>
  ["web-1", "web-2"]
    .map(
      (host) =>
        `  - host: ${host}\n    zones: { ext: eth0 }\n${more.replace(/^/gm, "    ").trimEnd()}\n    entries: [${entries.join(", ")}]`,
    ) // prettier-ignore
    .reduce((text, one) => `${text}${one}\n`, "hosts:\n");
const write = (text: string) => writeFileSync(join(folder, "firewall.yaml"), text);
const SSH = "{ accept: ssh, from: ext, to: host }";
const CLOSED = "{ drop: telnet, from: ext, to: host }";

test("warnings are told once for all hosts that they hold for, and --strict takes them as errors", () => {
  write(policy([SSH, SSH]));
  const { status, stderr, stdout } = cdkfw("synth", "--json");
  expect(status).toBe(0);
  expect(stderr.match(/warning: .*no packet is left for it.* \(and 1 other host\) \[never-matches\]/g)).toHaveLength(1);
  const [first] = JSON.parse(stdout) as { findings: object[] }[];
  expect(first?.findings).toMatchObject([{ level: "warning", code: "never-matches", origin: { line: 5 } }]);
  expect(cdkfw("synth", "--strict")).toMatchObject({ status: 1, stderr: expect.stringContaining("--strict takes them as errors") as string }); // prettier-ignore
  write(policy([SSH, SSH.replace("}", ", silence: { never-matches: kept for the audit } }")]));
  expect(cdkfw("synth", "--strict")).toMatchObject({ status: 0, stderr: "" });
});

test("a lock-out stops the synth with the packet that proves it, and leaves no bundle behind", () => {
  write(policy([SSH]));
  expect(cdkfw("synth").status).toBe(0);
  write(policy(["{ accept: ssh, from: ext, to: host, source: 198.51.100.0/25 }"]));
  const { status, stderr } = cdkfw("synth");
  expect(status).toBe(1);
  expect(stderr).toMatch(/deployers would be locked out: 198\.51\.100\.128 .* Packet: tcp 22 from 198\.51\.100\.128/);
  expect(cdkfw("deploy", "--no-synth").stderr).toContain("");
  expect(() => readFileSync(join(folder, "cdktf.out/stacks/policy/hosts/web-1/bundle.json"))).toThrow("ENOENT");
});

test("verify tells what is silenced and why, and fails where an expectation does", () => {
  const expected = "managedFrom: 198.51.100.0/24\nexpect: [{ refused: telnet, from: ext }]\n";
  write(policy([SSH.replace("}", ", expires: 2020-01-01, silence: { expired: the audit } }"), SSH], expected));
  expect(cdkfw("verify")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/silenced: .* Because: the audit\n2 hosts: 0 errors, 0 warnings, 2 notes, 2 silenced\n$/) as string, // prettier-ignore
  });
  write(policy([SSH, CLOSED.replace("drop", "accept")], expected));
  const { status, stderr } = cdkfw("verify");
  expect(status).toBe(1);
  expect(stderr).toContain("is expected to be refused, and is accepted by `accept telnet ext → host`");
});

test("diff --against tells in one line what a deletion opens, for hosts that change alike", () => {
  write(policy([CLOSED, "{ accept: all, from: ext, to: host, silence: { open-host: a lab } }"]));
  expect(cdkfw("synth", "--out", "before").status).toBe(0);
  write(policy(["{ accept: all, from: ext, to: host, silence: { open-host: a lab } }"]));
  const { status, stdout } = cdkfw("diff", "--against", "before");
  expect(status).toBe(2);
  expect(stdout).toMatch(/web-1, web-2:\n {2}newly admitted {2}tcp 23 from anywhere on ext → host\n$/);
  const markdown = cdkfw("diff", "--against", "before", "--markdown").stdout;
  expect(markdown).toContain(
    "**web-1, web-2**\n\n~~~~~~text\nnewly admitted  tcp 23 from anywhere on ext → host\n~~~~~~",
  );
  expect(markdown).toContain("```diff".replace("```", "~~~~~~"));
  const [report] = JSON.parse(cdkfw("diff", "--against", "before", "--json").stdout) as { packets: object }[];
  expect(report?.packets).toMatchObject({ admitted: ["tcp 23 from anywhere on ext → host"], refused: [] });
  expect(cdkfw("diff", "--against", "cdktf.out", "--no-synth")).toMatchObject({ status: 0 });
});
