import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** The command as it lies in this package, once it is built. */
const SCRIPT = ["dist", "bin", "cdkfw.js"];

/**
 * How Terraform, which runs in a stack's folder, starts `cdkfw`: by Node and the path of this package's own command, so
 * that program and command are of one version. The path is relative to the stack's folder where the command belongs to
 * the project, so that two checkouts of it give the same JSON.
 * @param project the folder in which the program runs
 */
export function ownCommand(stackFolder: string, project = process.cwd()): string[] {
  const script = join(packageFolder(project), ...SCRIPT);
  const isPortable = ancestors(project).some((folder) => script.startsWith(join(folder, "node_modules") + sep));
  if (!isPortable && !script.startsWith(realpathSync(project) + sep)) return ["node", script];
  return ["node", relative(realFolder(stackFolder), script).split(sep).join("/")];
}

/** This package as the project sees it: what is linked into `node_modules` is named by the link. */
function packageFolder(project: string): string {
  const real = ownFolder();
  for (const folder of ancestors(project)) {
    const installed = join(folder, "node_modules", "cdkfw");
    if (existsSync(installed) && realpathSync(installed) === real) return installed;
  }
  return real;
}

/** Where this file's package begins, be it compiled or not. */
function ownFolder(): string {
  const found = ancestors(__dirname).find((folder) => nameOf(join(folder, "package.json")) === "cdkfw");
  if (found === undefined) throw new Error(`INVARIANT: no package.json of cdkfw above ${__dirname}`);
  return realpathSync(found);
}

function nameOf(manifest: string): unknown {
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name : undefined;
}

/** A folder and those above it, with links resolved: `..` leaves a linked folder by its real parent. */
function ancestors(folder: string): string[] {
  const all = [realFolder(folder)];
  for (let last = ""; last !== all.at(-1);) {
    last = all.at(-1) ?? "";
    const parent = dirname(last);
    if (parent !== last) all.push(parent);
  }
  return all;
}

/** The real path of a folder that may be still to be made. */
function realFolder(folder: string): string {
  const path = resolve(folder);
  if (existsSync(path)) return realpathSync(path);
  return join(realFolder(dirname(path)), relative(dirname(path), path));
}
