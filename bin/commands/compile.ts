import { Command } from "commander";
import { action } from "../action";
import { compilePolicy } from "../app";
import { EXIT } from "../exit";
import { withJson, withOutput } from "../options";
import { print, printJson } from "../output";

export function compileCommand(): Command {
  const command = withJson(withOutput(new Command("compile")))
    .description("make bundles from one policy file, without any app")
    .argument("<file>", "a policy file: .yaml or .json with hosts, .ts or .js exporting a Fleet")
    .addHelpText("after", "\nExample:\n  cdkfw compile firewall.yaml --out build");
  return action(command, async (file: string, flags: { out: string; json?: boolean }) => {
    const synthesized = await compilePolicy(file, flags.out);
    const hosts = synthesized.map(({ host, generation, folder }) => ({ host, generation, folder }));
    if (flags.json === true) printJson(hosts);
    else for (const { host, generation, folder } of hosts) print(`${host}  generation ${generation}  ${folder}`);
    return EXIT.done;
  });
}
