import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RootConstruct } from "constructs";
import * as cdkfw from "../../constructs";
import { parsePolicyFile } from "../../lib/model/parse-policy";

/** The code blocks of a page, in their order. */
function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(resolve("docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);
}

/** The examples are TypeScript without a type, so that only their imports and exports need another spelling here. */
function run(code: string): cdkfw.Fleet {
  const script = code
    .replace(/^import (.*) from (".*");/gm, "const $1 = require($2);")
    .replace("export default", "return");
  const load = createRequire(__filename);
  const fleet: unknown = new Function("require", script)((name: string) => (name === "cdkfw" ? cdkfw : load(name)));
  if (!cdkfw.Fleet.isFleet(fleet)) throw new Error("the example exports no fleet");
  return fleet;
}

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "cdkfw-docs-"));
afterEach(() => process.chdir(here));
afterAll(() => rmSync(folder, { recursive: true }));

test("docs/policy.md: the program and the policy file say the same", () => {
  const [program = ""] = blocksOf("policy.md", "ts");
  const [file = ""] = blocksOf("policy.md", "yaml");
  const inWords = (policy: cdkfw.HostPolicy | undefined) =>
    policy?.entries.map((one) =>
      one.kind === "rule" ? [one.action, one.from, one.to, one.source, one.comment] : one.kind,
    );
  const [fromProgram] = run(program).policies();
  const [fromFile] = parsePolicyFile(file, "web-1.yaml");
  expect(inWords(fromProgram)).toEqual(inWords(fromFile));
  expect(fromProgram?.addresses).toEqual(fromFile?.addresses);
});

test("docs/policy.md: every policy file is valid", () => {
  const files = blocksOf("policy.md", "yaml").map((text) => parsePolicyFile(text, "x.yaml"));
  expect(files.map((policies) => policies.map(({ host }) => host))).toEqual([["web-1"], ["web-1", "db-1"], ["gate"]]);
});

/** The parts of a program that follow the first one: in its words, each on a host of its own. */
const fragments = blocksOf("policy.md", "ts").slice(1);

test.each(fragments.map((code) => [code.split("\n")[0] ?? "", code]))("docs/policy.md: %s", (_, code) => {
  const fleet = new cdkfw.Fleet(new RootConstruct(), "fleet");
  const office = new cdkfw.Address(fleet, "office", { v4: "203.0.113.0/24", v6: "2001:db8:1::/48" });
  const host = new cdkfw.Host(fleet, "web-1");
  const ext = host.addZone("ext", { interfaces: ["eth0"] });
  const lan = host.addZone("lan", { interfaces: ["eth1"] });
  const names = { ...cdkfw, fleet, office, host, ext, lan };
  new Function(...Object.keys(names), code)(...Object.values(names));
  expect(fleet.findings()).toEqual([]);
  expect(fleet.policies()[0]?.entries).not.toEqual([]);
});

test("docs/containers.md: programs, the policy file and the file of rules are valid", () => {
  const fleet = new cdkfw.Fleet(new RootConstruct(), "fleet");
  const office = new cdkfw.Address(fleet, "office", { v4: "203.0.113.0/24" });
  const host = new cdkfw.Host(fleet, "dock-1");
  const names = { ...cdkfw, host, ext: host.addZone("ext", { interfaces: ["eth0"] }), office };
  const [policy = "", rules = ""] = blocksOf("containers.md", "yaml");
  const code = blocksOf("containers.md", "ts").join("\n");
  writeFileSync(join(folder, "containers.yaml"), rules);
  writeFileSync(join(folder, "extraRules.json"), '{ "Rules": null }');
  process.chdir(folder);
  new Function(...Object.keys(names), code)(...Object.values(names));
  expect(fleet.findings()).toEqual([]);
  const whole = `host: h\n${policy.replace("zones:", "addresses: { office: 203.0.113.0/24 }\nzones:\n  ext: eth0")}`;
  expect(parsePolicyFile(whole, "h.yaml")[0]?.entries).toHaveLength(5);
});

test("docs/inventory.md: the program reads the inventory", () => {
  const [inventory = ""] = blocksOf("inventory.md", "yaml");
  const [program = ""] = blocksOf("inventory.md", "ts");
  writeFileSync(join(folder, "inventory.yaml"), inventory);
  process.chdir(folder);
  const policies = run(program).policies();
  expect(policies.map(({ host, entries, target }) => [host, entries.length, target.port, target.user])).toEqual([
    ["web-1", 2, 2222, "admin"],
    ["web-2", 1, 2222, "root"],
  ]);
  expect(policies[0]?.target.jump).toEqual([
    { address: "203.0.113.1", user: "admin", knownHostsFiles: [join(process.cwd(), "known_hosts")] },
  ]);
});
