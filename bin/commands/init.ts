import { Command } from "commander";
import { starterFiles } from "../../lib/project/starter";
import { writeProject } from "../../lib/project/write";
import { action } from "../action";
import { EXIT } from "../exit";
import { withJson } from "../options";
import { print, printJson } from "../output";
import { packageName } from "../package-name";
import { version } from "../version";

interface Flags {
  readonly terraform?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function initCommand(): Command {
  const command = withJson(new Command("init"))
    .description("write a project to begin with: an inventory, a fleet of two hosts, and their rules")
    .argument("[folder]", "where to; it may stand already", ".")
    .option("--terraform", "one that is deployed by Terraform (cdktf)")
    .option("--force", "write anew what stands there")
    .addHelpText("after", "\nExample:\n  cdkfw init firewalls && cd firewalls && npm install && npx cdkfw synth");
  return action(command, (folder: string, { terraform = false, force = false, json }: Flags) => {
    const files = starterFiles({ name: packageName(folder), terraform, version });
    writeProject(folder, files, force);
    if (json === true) printJson({ folder, files: Object.keys(files) });
    else printNextSteps(folder, Object.keys(files), terraform);
    return EXIT.done;
  });
}

function printNextSteps(folder: string, files: readonly string[], terraform: boolean): void {
  print(`Wrote ${files.join(", ")}. Then:`);
  if (folder !== ".") print(`  cd ${folder}`);
  print("  npm install");
  print("  # your machines into inventory.yaml, their rules into fleet.ts");
  print(terraform ? "  npx cdktf diff && npx cdktf deploy" : "  npx cdkfw diff && npx cdkfw deploy");
}
