import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { importMicrofw } from "../../../../lib/import/microfw/import";
import { projectSource } from "../../../../lib/import/source/project";
import { writeProject } from "../../../../lib/project/write";
import { bundleContents } from "../../../../lib/synth/synthesize";
import { checkFormat, files, generationsOf, sourcesOf, typeErrors } from "../../../fixtures/imported-project";
import { hostileNodes } from "../../../fixtures/microfw/hostile";

jest.setTimeout(180_000);

const NODES = "test/fixtures/microfw/nodes";
const GOLDEN = "test/golden/microfw";
const OPTIONS = { name: "firewalls", terraform: false, version: "1.0.0" };
let folder: string;

/** Inside of the checkout, so that programs there find its packages. */
beforeAll(() => {
  mkdirSync(".cdkfw", { recursive: true });
  folder = mkdtempSync(join(".cdkfw", "import-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the project of a folder of nodes, and tells where. */
function importTo(name: string, nodes: string): string {
  const { plans, inventory } = importMicrofw(nodes);
  const to = join(folder, name);
  writeProject(to, projectSource(plans, { ...OPTIONS, inventory, folders: { from: nodes, to } }), true);
  return to;
}

/** The same straight from the folder, as `cdkfw compile --microfw` does it. */
function generationsFrom(nodes: string): Record<string, string> {
  const { policies } = importMicrofw(nodes);
  return Object.fromEntries(policies.map((policy) => [policy.host, bundleContents(policy).generation]));
}

/** `UPDATE_GOLDEN=1 npx jest …` writes the golden files anew: read the difference. */
test("the project of a fleet is the one that was reviewed", () => {
  const project = importTo("fleet", NODES);
  if (process.env["UPDATE_GOLDEN"] !== undefined) {
    rmSync(GOLDEN, { recursive: true, force: true });
    for (const file of sourcesOf(project)) cpSync(join(project, file), join(GOLDEN, `${file}.txt`));
  }
  const textsIn = (from: string, names: readonly string[]) =>
    Object.fromEntries(names.map((file) => [file.replace(/\.txt$/, ""), readFileSync(join(from, file), "utf8")]));
  expect(textsIn(project, sourcesOf(project))).toEqual(textsIn(GOLDEN, files(GOLDEN)));
});

test("projects pass their type check, are formatted, and mean what the folder means; whatever names and comments hold", () => {
  const hostile = join(folder, "hostile-nodes");
  for (const [file, text] of fc
    .sample(hostileNodes, { numRuns: 6, seed: 7 })
    .flatMap((files, index) => Object.entries(files).map(([file, text]) => [`node-${index}/${file}`, text] as const))) {
    mkdirSync(join(hostile, file, ".."), { recursive: true });
    writeFileSync(join(hostile, file), text);
  }
  const folders = [["fleet", NODES], ["hostile", hostile]] as const; // prettier-ignore
  const projects = folders.map(([name, nodes]) => importTo(name, nodes));
  const sources = projects.flatMap((project) => sourcesOf(project).map((file) => resolve(project, file)));
  expect(typeErrors(sources.filter((file) => file.endsWith(".ts")))).toEqual([]);
  checkFormat(sources);
  for (const [index, [, nodes]] of folders.entries()) {
    expect(generationsOf(projects[index] ?? "")).toEqual(generationsFrom(nodes));
  }
});

test("a project for Terraform has its program, and one with countries their database", () => {
  const { plans, inventory } = importMicrofw(NODES);
  const made = projectSource(plans, { ...OPTIONS, terraform: true, inventory, folders: { from: NODES, to: folder } });
  expect(Object.keys(made)).toEqual(expect.arrayContaining(["main.ts", "cdktf.json"]));
  expect(made["package.json"]).toContain("@ip-location-db/asn-country");
});
