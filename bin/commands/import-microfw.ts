import { Command } from "commander";
import { GENERAL_DIFFERENCES } from "../../lib/import/microfw/general-differences";
import { importMicrofw } from "../../lib/import/microfw/import";
import { remarksOf } from "../../lib/import/remarks";
import { projectSource } from "../../lib/import/source/project";
import { writeProject } from "../../lib/project/write";
import { action } from "../action";
import { EXIT } from "../exit";
import { nextInProject, printImport } from "../import-report";
import { withJson } from "../options";
import { printJson } from "../output";
import { packageName } from "../package-name";
import { version } from "../version";

interface Flags {
  readonly out: string;
  readonly name?: string;
  readonly terraform?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function microfwCommand(): Command {
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
    else {
      const next = nextInProject(out, terraform);
      const report = { program: "MicroFW", general: GENERAL_DIFFERENCES, remarks, notes, next } as const;
      printImport({ ...report, out, files: Object.keys(files) });
    }
    return EXIT.done;
  });
}
