import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ownCommand } from "../../../constructs/cdktf/command-line";

/** This package: what a project finds by its link in node_modules. */
const here = process.cwd();
let place: string;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "cdkfw-")));
});

afterEach(() => rmSync(place, { recursive: true }));

function project(name: string, installedIn?: string): string {
  const folder = join(place, name);
  mkdirSync(folder, { recursive: true });
  if (installedIn !== undefined) {
    mkdirSync(join(place, installedIn, "node_modules"), { recursive: true });
    symlinkSync(here, join(place, installedIn, "node_modules", "cdkfw"));
  }
  return folder;
}

test("in this package itself", () => {
  expect(ownCommand("cdktf.out/stacks/edge")).toEqual(["node", "../../../dist/bin/cdkfw.js"]);
});

test("installed in the project", () => {
  const folder = project("shop", "shop");
  expect(ownCommand(join(folder, "cdktf.out/stacks/edge"), folder)).toEqual([
    "node",
    "../../../node_modules/cdkfw/dist/bin/cdkfw.js",
  ]);
});

test("installed above the project, as in a workspace", () => {
  const folder = project("shop/infra/firewall", "shop");
  expect(ownCommand(join(folder, "cdktf.out/stacks/edge"), folder)).toEqual([
    "node",
    "../../../../../node_modules/cdkfw/dist/bin/cdkfw.js",
  ]);
});

test("elsewhere: only an absolute path can name it", () => {
  const folder = project("shop");
  expect(ownCommand(join(folder, "cdktf.out/stacks/edge"), folder)).toEqual(["node", join(here, "dist/bin/cdkfw.js")]);
});

test("the output is outside of the project, or behind a link: the path leads back", () => {
  const folder = project("shop", "shop");
  mkdirSync(join(place, "deep", "er"), { recursive: true });
  symlinkSync(join(place, "deep", "er"), join(place, "out"));
  const [, script = ""] = ownCommand(join(place, "out/stacks/edge"), folder);
  mkdirSync(join(place, "out/stacks/edge"), { recursive: true });
  expect(resolve(realpathSync(join(place, "out/stacks/edge")), script)).toBe(
    join(folder, "node_modules/cdkfw/dist/bin/cdkfw.js"),
  );
});
