import type { Remark } from "../lib/import/plan";
import { print } from "./output";

/** What an import wrote, and what its reader has to know. */
export interface ImportReport {
  readonly program: Remark["program"];
  readonly out: string;
  readonly files: readonly string[];
  readonly general: readonly string[];
  readonly remarks: readonly Remark[];
  readonly notes: readonly string[];
  /** The commands that come next. */
  readonly next: readonly string[];
}

export function printImport({ program, out, files, general, remarks, notes, next }: ImportReport): void {
  print(`Wrote ${files.length === 1 ? "1 file" : `${files.length} files`} to ${out}: ${files.join(", ")}`);
  print(`\nNot as in ${program}, on every host:`);
  for (const words of general) print(`  ${words}`);
  printRemarks(
    `Not as in ${program}, and marked in the source:`,
    remarks.filter(({ differs }) => differs),
  );
  printRemarks(
    "The same, but worth a look:",
    remarks.filter(({ differs }) => !differs),
  );
  if (notes.length > 0) print(`\nAbout the machines:\n${notes.map((note) => `  ${note}`).join("\n")}`);
  print(`\nThen:\n${next.map((line) => `  ${line}`).join("\n")}`);
}

/** The commands that bring a new project to its hosts. */
export function nextInProject(out: string, terraform: boolean): string[] {
  const deploy = terraform
    ? "npx cdktf diff && npx cdktf deploy"
    : "npx cdkfw synth && npx cdkfw diff && npx cdkfw deploy";
  return [`cd ${out}`, "npm install", deploy];
}

function printRemarks(title: string, remarks: readonly Remark[]): void {
  if (remarks.length === 0) return;
  print(`\n${title}`);
  for (const { place, words } of remarks) {
    print(`  ${[place.file, place.line, place.column].filter((part) => part !== undefined).join(":")}  ${words}`);
  }
}
