import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { importDockerFw } from "../../../../lib/import/docker-fw/import";
import { policyText } from "../../../../lib/import/source/policy-text";
import { projectSource } from "../../../../lib/import/source/project";
import { parsePolicyFile } from "../../../../lib/model/parse-policy";
import type { Backend } from "../../../../lib/model/policy";
import { policyInWords } from "../../../../lib/model/policy-words";
import { writeProject } from "../../../../lib/project/write";
import { bundleContents } from "../../../../lib/synth/synthesize";
import { checkFormat, generationsOf, sourcesOf, typeErrors } from "../../../fixtures/imported-project";
import { BACKENDS } from "../../render/on-host";

jest.setTimeout(180_000);

const RULES = ["test/fixtures/docker-fw/rules.sh", "test/fixtures/docker-fw/containers"];
const GOLDEN = "test/golden/docker-fw";
const WRITTEN = { "dock-1.ts": join("hosts", "dock-1.ts"), "firewall.yaml": "firewall.yaml" };
let folder: string;

/** Inside of the checkout, so that programs there find its packages. */
beforeAll(() => {
  mkdirSync(".cdkfw", { recursive: true });
  folder = mkdtempSync(join(".cdkfw", "docker-fw-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const imported = (backend: Backend) => importDockerFw(RULES, { name: "dock-1", interfaces: ["eth0"], backend });

/** Writes the project and the policy file, and tells where. */
function written(backend: Backend): string {
  const { plan, inventory } = imported(backend);
  const project = join(folder, backend);
  const options = { name: "firewalls", terraform: false, version: "1.0.0", inventory };
  writeProject(project, projectSource([plan], { ...options, folders: { from: ".", to: project } }), true);
  writeFileSync(join(project, "firewall.yaml"), policyText(plan));
  return project;
}

/** `UPDATE_GOLDEN=1 npx jest …` writes the golden files anew: read the difference. */
test.each(BACKENDS)("by %s: project and policy file are those that were reviewed", (backend) => {
  const project = written(backend);
  for (const [name, file] of Object.entries(WRITTEN)) {
    const golden = join(GOLDEN, backend, `${name}.txt`);
    if (process.env["UPDATE_GOLDEN"] !== undefined) cpSync(join(project, file), golden);
    expect(readFileSync(join(project, file), "utf8")).toBe(readFileSync(golden, "utf8"));
  }
});

test("projects pass their type check, are formatted, and mean the same as the policy and its file", () => {
  const projects = BACKENDS.map((backend) => ({ backend, project: written(backend) }));
  const sources = projects.flatMap(({ project }) => sourcesOf(project).map((file) => resolve(project, file)));
  expect(typeErrors(sources.filter((file) => file.endsWith(".ts")))).toEqual([]);
  checkFormat(sources.filter((file) => !file.endsWith("firewall.yaml")));
  for (const { backend, project } of projects) {
    const { plan, policy } = imported(backend);
    expect(generationsOf(project)).toEqual({ "dock-1": bundleContents(policy).generation });
    const [fromFile] = parsePolicyFile(policyText(plan), "firewall.yaml");
    expect(fromFile && policyInWords(fromFile).sort()).toEqual(policyInWords(policy).sort());
  }
});
