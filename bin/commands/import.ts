import { Command } from "commander";
import { GENERAL_DIFFERENCES } from "../../lib/import/microfw/general-differences";
import { importMicrofw, remarksOf } from "../../lib/import/microfw/import";
import type { Remark } from "../../lib/import/plan";
import { projectSource } from "../../lib/import/source/project";
import { writeProject } from "../../lib/project/write";
import { action } from "../action";
import { EXIT } from "../exit";
import { withJson } from "../options";
import { print, printJson } from "../output";
import { packageName } from "../package-name";
import { version } from "../version";

interface Flags {
  readonly out: string;
  readonly name?: string;
  readonly terraform?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command("import")
    .description("make a project of what another program's configuration says")
    .addHelpText("after", "\nExample:\n  cdkfw import microfw nodes --out firewalls")
    .addCommand(microfwCommand());
}

function microfwCommand(): Command {
  const command = withJson(new Command("microfw"))
    .description("make a project of a MicroFW folder, and tell what is not as it was")
    .argument("<dir>", "the folder of a node, or `nodes/` with its inventory")
    .option("--out <dir>", "where to", "firewalls")
    .option("--name <name>", "with the folder of one node: the host's name (default: the folder's)")
    .option("--terraform", "one that is deployed by Terraform (cdktf)")
    .option("--force", "write anew what stands there")
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw import microfw nodes --out firewalls\n\ndocs/microfw.md tells what is not as in MicroFW, and why.",
    );
  return action(command, (folder: string, { out, name, terraform = false, force = false, json }: Flags) => {
    const { plans, inventory, inventoryFolder = out, notes } = importMicrofw(folder, { name });
    const folders = { from: inventoryFolder, to: out };
    const files = projectSource(plans, { name: packageName(out), terraform, version, inventory, folders });
    writeProject(out, files, force);
    const remarks = plans.flatMap(remarksOf);
    if (json === true)
      printJson({ folder: out, files: Object.keys(files), general: GENERAL_DIFFERENCES, remarks, notes });
    else printReport(out, Object.keys(files), { remarks, notes, terraform });
    return EXIT.done;
  });
}

interface Report {
  readonly remarks: readonly Remark[];
  readonly notes: readonly string[];
  readonly terraform: boolean;
}

function printReport(out: string, files: readonly string[], { remarks, notes, terraform }: Report): void {
  print(`Wrote ${files.length} files to ${out}: ${files.join(", ")}`);
  print("\nNot as in MicroFW, on every host:");
  for (const words of GENERAL_DIFFERENCES) print(`  ${words}`);
  printRemarks(
    "Not as in MicroFW, and marked in the source:",
    remarks.filter(({ differs }) => differs),
  );
  printRemarks(
    "The same, but worth a look:",
    remarks.filter(({ differs }) => !differs),
  );
  if (notes.length > 0) print(`\nAbout the machines:\n${notes.map((note) => `  ${note}`).join("\n")}`);
  print(`\nThen:\n  cd ${out}\n  npm install`);
  print(terraform ? "  npx cdktf diff && npx cdktf deploy" : "  npx cdkfw synth && npx cdkfw diff && npx cdkfw deploy");
}

function printRemarks(title: string, remarks: readonly Remark[]): void {
  if (remarks.length === 0) return;
  print(`\n${title}`);
  for (const { place, words } of remarks) print(`  ${place.file}:${place.line}  ${words}`);
}
