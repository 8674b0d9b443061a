import type { Finding } from "../../model/findings";
import { checkTables } from "./check-tables";
import { readAddress } from "./read-address";
import { readInterface } from "./read-interface";
import { readRows } from "./read-rows";
import { readRule, readVirtual } from "./read-rule";
import { readService } from "./read-service";
import type { NodeTables } from "./rows";
import { readTable, type TableName } from "./table";

/** A node's folder: the text of a table, or nothing where the file is missing, and how its path is shown. */
export interface NodeFolder {
  text(table: TableName): string | undefined;
  shown(table: TableName): string;
}

/** Reads the five tables of a node. All that is wrong with them is added to the findings. */
export function readNode(folder: NodeFolder, findings: Finding[]): NodeTables {
  const read = (name: TableName) => readTable(name, textOf(folder, name, findings), folder.shown(name));
  const tables: NodeTables = {
    services: readRows(read("services"), readService, findings),
    addresses: readRows(read("addresses"), readAddress, findings),
    interfaces: readRows(read("interfaces"), readInterface, findings),
    rules: readRows(read("rules"), readRule, findings),
    virtuals: readRows(read("virtuals"), readVirtual, findings),
  };
  // Without its interfaces, every zone would be told to be unknown.
  if (folder.text("interfaces") !== undefined) findings.push(...checkTables(tables));
  return tables;
}

function textOf(folder: NodeFolder, name: TableName, findings: Finding[]): string {
  const text = folder.text(name);
  if (text !== undefined) return text;
  const file = folder.shown(name);
  findings.push({
    origin: { path: file, file },
    problem: `the table \`${name}\` is missing`,
    allowed: "`services`, `addresses`, `interfaces`, `rules` and `virtuals` in the folder of each node",
    fix: "an empty file will do where there is nothing to say",
  });
  return "";
}
