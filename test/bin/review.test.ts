import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "review-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const COMMAND = [process.execPath, "--import", pathToFileURL(require.resolve("tsx")).href, resolve("bin/cdkfw.ts")];
const ENV = { ...process.env, TSX_TSCONFIG_PATH: resolve("tsconfig.json"), NODE_PATH: resolve("node_modules") };

function cdkfw(...args: string[]) {
  const [node = "", ...command] = COMMAND;
  return spawnSync(node, [...command, ...args], { encoding: "utf8", cwd: folder, env: ENV });
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

test("what changes alike is told once in a comment: packets, and the words of the policy", () => {
  write(policy([SSH]));
  expect(cdkfw("synth", "--out", "before").status).toBe(0);
  write(policy([SSH, "{ accept: https, from: ext, to: host }"]));
  expect(cdkfw("diff", "--against", "before", "--markdown").stdout).toBe(
    [
      "## Firewalls",
      "",
      "**web-1, web-2**",
      "",
      "~~~~~~text",
      "newly admitted  tcp 443 from anywhere on ext → host",
      "~~~~~~",
      "",
      "<details><summary>web-1, web-2: 2 lines of the policy</summary>",
      "",
      "~~~~~~diff",
      "+ service    https  tcp 443",
      "+ accept      https  ext → host",
      "~~~~~~",
      "",
      "</details>",
      "",
      "",
    ].join("\n"),
  );
});

test("the commands of the example workflow write the comment, and pass with a policy that is right", () => {
  const workflow = parse(readFileSync(resolve("examples/edge/pull-request.yml"), "utf8")) as {
    jobs: { review: { steps: { run?: string }[] } };
  };
  const runs = workflow.jobs.review.steps.flatMap(({ run = "" }) => (run.startsWith("npx cdkfw") ? [run] : []));
  const [before = "", ...after] = runs.map((run) =>
    run.replace("npx cdkfw", COMMAND.map((word) => `'${word}'`).join(" ")),
  );
  const step = (run: string) => spawnSync("bash", ["-e", "-c", run], { cwd: folder, env: { ...ENV, RUNNER_TEMP: folder }, encoding: "utf8" }); // prettier-ignore
  write(policy([CLOSED, SSH]));
  expect(step(before).status).toBe(0);
  write(policy([SSH, "{ accept: telnet, from: ext, to: host }"]));
  expect(after.map(step)).toMatchObject([{ status: 0 }, { status: 0 }]);
  expect(readFileSync(join(folder, "comment.md"), "utf8")).toContain(
    "newly admitted  tcp 23 from anywhere on ext → host",
  );
  write(policy(["{ accept: ssh, from: exd, to: host }"]));
  expect(after.map(step)).toMatchObject([{ status: 1 }, { status: 1 }]);
});

describe("an entry that soon expires is told at synth", () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  const expiring = (expires: string) => policy([SSH, `{ accept: https, from: ext, to: host, expires: ${expires} }`]);

  test("by the day of the command, where a policy file is read", () => {
    write(expiring(inDays(10)));
    expect(cdkfw("synth")).toMatchObject({ status: 0, stderr: expect.stringMatching(/^warning: .*firewall\.yaml:5.* \(and 1 other host\) \[expires-soon\]\n$/) as string }); // prettier-ignore
    expect(cdkfw("synth", "--strict").status).toBe(1);
    write(expiring(inDays(20)));
    expect(cdkfw("synth", "--strict")).toMatchObject({ status: 0, stderr: "" });
  });

  test("by the day that a program gives, whatever the day is", () => {
    const program = (today: string) => `
      import { Fleet, Host } from "${resolve("constructs/index.ts")}";
      import { RootConstruct } from "constructs";
      const fleet = new Fleet(new RootConstruct(), "fleet", { today: "${today}", managedFrom: "198.51.100.0/24" });
      const host = new Host(fleet, "web-1");
      const ext = host.addZone("ext", { interfaces: ["eth0"] });
      host.allow({ from: ext, to: host, service: "ssh" });
      host.allow({ from: ext, to: host, service: "https", expires: "2036-12-31" });
      export default fleet;`;
    const told = (today: string) => {
      writeFileSync(join(folder, "firewall.ts"), program(today));
      return /\[(expire[a-z-]+)\]/.exec(cdkfw("synth").stderr)?.[1];
    };
    expect(["2036-12-10", "2036-12-21", "2037-01-01"].map(told)).toEqual([undefined, "expires-soon", "expired"]);
  });
});
