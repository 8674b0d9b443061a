import { Command } from "commander";
import { basename } from "node:path";
import { findBundles, readBundle } from "../../lib/bundle/read";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { EXIT } from "../exit";
import { withJson, withOutput } from "../options";
import { print, printJson } from "../output";
import { findingsOf, refuseWarnings, tellFindings, withStrict, type ReviewFlags } from "../review";

/** Where the bundles come from: for every command that makes them anew. */
export function withSource(command: Command): Command {
  return command
    .option("--app <command>", "run this app, as `cdktf synth` would (default: `app` of cdktf.json)")
    .option("--policy <file>", "read this policy file instead: .ts or .js exporting a Fleet, .yaml or .json");
}

export function synthCommand(): Command {
  const command = withJson(withStrict(withOutput(withSource(new Command("synth")))))
    .description("make the bundles of all hosts: nothing is sent anywhere")
    .addHelpText("after", "\nExample:\n  cdkfw synth --policy firewall.ts");
  return action(command, async (flags: SynthFlags & ReviewFlags & { json?: boolean }) => {
    const stacks = await synth(flags);
    const folders = findBundles(flags.out, stacks);
    const found = findingsOf(folders);
    const hosts = folders.map((folder) => ({
      host: basename(folder),
      generation: readBundle(folder).manifest.generation,
      folder,
      findings: found.get(basename(folder)) ?? [],
    }));
    tellFindings(found);
    refuseWarnings(found, flags);
    if (flags.json === true) printJson(hosts);
    else for (const { host, generation, folder } of hosts) print(`${host}  generation ${generation}  ${folder}`);
    return EXIT.done;
  });
}
