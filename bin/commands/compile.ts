import { Command } from "commander";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { compileMicrofw, compilePolicy } from "../app";
import { EXIT } from "../exit";
import { withJson, withOutput } from "../options";
import { print, printJson } from "../output";
import { refuseWarnings, tellFindings, withStrict, type ReviewFlags } from "../review";

interface Flags extends ReviewFlags {
  readonly out: string;
  readonly microfw?: string;
  readonly host?: string;
  readonly name?: string;
  readonly allowLockout?: boolean;
  readonly json?: boolean;
}

export function compileCommand(): Command {
  const command = withJson(withStrict(withOutput(new Command("compile"))))
    .description("make bundles from one policy file, or from a MicroFW folder, without any app")
    .argument("[file]", "a policy file: .yaml or .json with hosts, .ts or .js exporting a Fleet")
    .option("--microfw <dir>", "a MicroFW folder instead: that of a node, or `nodes/` with its inventory")
    .option("--host <name>", "with --microfw: this node alone")
    .option("--name <name>", "with --microfw and the folder of one node: the host's name (default: the folder's)")
    .option("--allow-lockout", "with --microfw: make bundles also of nodes on which nobody would reach SSH")
    .addHelpText(
      "after",
      "\nExamples:\n  cdkfw compile firewall.yaml --out build\n  cdkfw compile --microfw nodes --host web-1\n" +
        "\n`cdkfw import microfw` tells what is not as it was; docs/microfw.md tells why.",
    );
  return action(command, async (file: string | undefined, flags: Flags) => {
    const synthesized = await bundlesOf(file, flags);
    const hosts = synthesized.map(({ host, generation, folder, findings }) => ({ host, generation, folder, findings }));
    const found = new Map(hosts.map(({ host, findings }) => [host, findings]));
    tellFindings(found);
    refuseWarnings(found, flags);
    if (flags.json === true) printJson(hosts);
    else for (const { host, generation, folder } of hosts) print(`${host}  generation ${generation}  ${folder}`);
    return EXIT.done;
  });
}

async function bundlesOf(file: string | undefined, { microfw, out, host, name, allowLockout }: Flags) {
  if (file !== undefined && microfw === undefined && host === undefined && name === undefined) {
    return compilePolicy(file, out);
  }
  if (file === undefined && microfw !== undefined) {
    return compileMicrofw(microfw, out, {
      ...(host !== undefined && { host }),
      name,
      ...(allowLockout === true && { allowLockout }),
    });
  }
  throw new UserError(
    "one-source",
    "`compile` takes a policy file, or a MicroFW folder",
    "Name one of them: cdkfw compile firewall.yaml, or cdkfw compile --microfw nodes --host web-1.",
  );
}
