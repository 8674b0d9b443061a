import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { importDockerFw } from "../../../../lib/import/docker-fw/import";
import { policyText } from "../../../../lib/import/source/policy-text";
import { projectSource } from "../../../../lib/import/source/project";
import { parsePolicyFile } from "../../../../lib/model/parse-policy";
import { BACKENDS } from "../../render/on-host";
import { policyInWords } from "../../../../lib/model/policy-words";
import { writeProject } from "../../../../lib/project/write";
import { bundleContents } from "../../../../lib/synth/synthesize";
import { checkFormat, generationsOf, sourcesOf, typeErrors } from "../../../fixtures/imported-project";

jest.setTimeout(180_000);

const RULES = ["test/fixtures/docker-fw/rules.sh", "test/fixtures/docker-fw/containers"];
const GOLDEN = "test/golden/docker-fw";
let folder: string;

/** Inside of the checkout, so that programs there find its packages. */
beforeAll(() => {
  mkdirSync(".cdkfw", { recursive: true });
  folder = mkdtempSync(join(".cdkfw", "docker-fw-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `UPDATE_GOLDEN=1 npx jest …` writes the golden files anew: read the difference. */
test.each(BACKENDS)("by %s: project and policy file are those that were reviewed, and mean the same", (backend) => {
  const { plan, policy, inventory } = importDockerFw(RULES, { name: "dock-1", interfaces: ["eth0"], backend });
  const project = join(folder, backend);
  const options = { name: "firewalls", terraform: false, version: "1.0.0", inventory };
  writeProject(project, projectSource([plan], { ...options, folders: { from: ".", to: project } }), false);
  writeFileSync(join(project, "firewall.yaml"), policyText(plan));

  const written = { "dock-1.ts": join("hosts", "dock-1.ts"), "firewall.yaml": "firewall.yaml" };
  for (const [name, file] of Object.entries(written)) {
    const golden = join(GOLDEN, backend, `${name}.txt`);
    if (process.env["UPDATE_GOLDEN"] !== undefined) cpSync(join(project, file), golden);
    expect(readFileSync(join(project, file), "utf8")).toBe(readFileSync(golden, "utf8"));
  }

  const sources = sourcesOf(project).map((file) => resolve(project, file));
  expect(typeErrors(sources.filter((file) => file.endsWith(".ts")))).toEqual([]);
  checkFormat(sources.filter((file) => !file.endsWith("firewall.yaml")));
  const meant = { "dock-1": bundleContents(policy).generation };
  expect(generationsOf(project)).toEqual(meant);
  const [fromFile] = parsePolicyFile(policyText(plan), "firewall.yaml");
  expect(fromFile && policyInWords(fromFile).sort()).toEqual(policyInWords(policy).sort());
});
