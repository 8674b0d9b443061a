import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cdkfw } from "../fixtures/deployment";

jest.setTimeout(120_000);

const ROOT = resolve(__dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
let folder: string;

/** A project is tried with the packages of this checkout, and with cdkfw as it is published. */
beforeAll(() => {
  if (!existsSync(join(ROOT, "dist/constructs/index.d.ts"))) execFileSync("npm", ["run", "build"], { cwd: ROOT });
});

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "project-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(project: string): void {
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  symlinkSync(ROOT, join(project, "node_modules/cdkfw"));
  for (const name of ["constructs", "cdktf", "tsx", "@types/node"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
  }
}

test.each([
  ["for cdkfw alone", [], "fleet/hosts"],
  ["for Terraform", ["--terraform"], "firewalls/hosts"],
])("a new project %s passes its type check, and is synthesized", async (_what, flags, made) => {
  expect(await cdkfw(["init", folder, ...flags])).toMatchObject({ code: 0, stderr: "" });
  install(folder);
  execFileSync(process.execPath, [TSC], { cwd: folder, stdio: "pipe" });
  const command = join(ROOT, "dist/bin/cdkfw.js");
  execFileSync(process.execPath, [command, "synth"], {
    cwd: folder,
    stdio: "pipe",
    env: { ...process.env, PATH: pathOf(folder) },
  });
  for (const host of ["web-1", "web-2"]) {
    expect(existsSync(join(folder, "cdktf.out/stacks", made, host, "bundle.json"))).toBe(true);
  }
});

/** `npx tsx` finds what the project has. */
function pathOf(project: string): string {
  mkdirSync(join(project, "node_modules/.bin"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/tsx/dist/cli.mjs"), join(project, "node_modules/.bin/tsx"));
  return `${join(project, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
}

test("what stands in the folder stays, and is named", async () => {
  writeFileSync(join(folder, "fleet.ts"), "// mine\n");
  const refused = await cdkfw(["init", folder]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/holds `fleet.ts` already\n {2}Nothing was written/) as string }); // prettier-ignore
  expect(existsSync(join(folder, "inventory.yaml"))).toBe(false);
  expect(readFileSync(join(folder, "fleet.ts"), "utf8")).toBe("// mine\n");

  expect(await cdkfw(["init", folder, "--force"])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "fleet.ts"), "utf8")).toContain("describeFleet");
});

test("the package is named by the folder", async () => {
  await cdkfw(["init", join(folder, "My Firewalls!")]);
  expect(JSON.parse(readFileSync(join(folder, "My Firewalls!/package.json"), "utf8"))).toMatchObject({ name: "my-firewalls" }); // prettier-ignore
});
