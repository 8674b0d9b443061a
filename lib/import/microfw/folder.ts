import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { explainValue } from "../../model/explain-issues";
import { show } from "../../model/findings";
import { hostName } from "../../model/target";
import { UserError } from "../../model/user-error";
import type { NodeFolder } from "./read-node";
import { TABLE_NAMES, type TableName } from "./table";

/** A folder of MicroFW: that of one node, or `nodes/` with one folder for each node and an inventory. */
export interface MicrofwFolder {
  readonly nodes: readonly FoundNode[];
  /** The inventory of a `nodes/` tree. */
  readonly inventory?: string;
}

export interface FoundNode extends NodeFolder {
  /** The name of the folder, or the one that was given. */
  readonly name: string;
  /** Rules in shell, which old versions of MicroFW ran. */
  readonly custom: boolean;
}

const INVENTORIES = [
  "inventory",
  "inventory.ini",
  "inventory.yml",
  "inventory.yaml",
  "hosts",
  "hosts.ini",
  "hosts.yml",
];

/**
 * Finds the nodes of a folder.
 * @throws UserError `no-microfw` where it holds none, `no-host-name` where a single node has no name
 */
export function findNodes(folder: string, name?: string): MicrofwFolder {
  if (isNode(folder)) return { nodes: [nodeIn(folder, nameOf(folder, name))] };
  const tree = [folder, join(folder, "nodes")].find((one) => nodeNames(one).length > 0);
  if (tree === undefined) {
    throw new UserError(
      "no-microfw",
      `${show(folder)} is no folder of MicroFW`,
      "Name the folder of a node, with its tables `interfaces` and `rules`, or a `nodes/` folder of such folders.",
    );
  }
  if (name !== undefined) {
    throw new UserError("one-node", `--name ${show(name)} names one host, and ${show(tree)} holds several nodes`);
  }
  const inventory = INVENTORIES.map((file) => join(tree, file)).find((file) => isFile(file));
  return {
    nodes: nodeNames(tree).map((node) => nodeIn(join(tree, node), node)),
    ...(inventory !== undefined && { inventory }),
  };
}

/** The text of a file, or nothing where it is not there. */
export function readIfThere(file: string): string | undefined {
  return isFile(file) ? readFileSync(file, "utf8") : undefined;
}

/** As it is shown: relative to where the command runs, with forward slashes. */
export function shown(file: string): string {
  return relative(process.cwd(), resolve(file)).replaceAll("\\", "/");
}

function nodeIn(folder: string, name: string): FoundNode {
  const file = (table: TableName) => join(folder, table);
  return {
    name,
    custom: isFile(join(folder, "custom")),
    text: (table) => readIfThere(file(table)),
    shown: (table) => shown(file(table)),
  };
}

function nodeNames(tree: string): string[] {
  if (!existsSync(tree) || !statSync(tree).isDirectory()) return [];
  return readdirSync(tree)
    .filter((name) => isNode(join(tree, name)))
    .sort();
}

/** Any two of the tables: so that one that is missing is told as such. */
function isNode(folder: string): boolean {
  return TABLE_NAMES.filter((table) => isFile(join(folder, table))).length >= 2;
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

/** Where MicroFW keeps the tables of the machine that it runs on, its folder says nothing of the host. */
const NO_NAMES = ["microfw", "etc"];

function nameOf(folder: string, given: string | undefined): string {
  const name = given ?? basename(resolve(folder));
  const isGuess = given === undefined && NO_NAMES.includes(name);
  if (!isGuess && explainValue(hostName, name, "host") === undefined) return name;
  throw new UserError(
    "no-host-name",
    isGuess ? `the folder ${show(folder)} does not say which host it is of` : `${show(name)} is no name for a host`,
    "Name it: --name web-1. Letters, digits, dots, hyphens and underscores are allowed.",
  );
}
