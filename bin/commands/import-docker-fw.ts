import { basename, dirname } from "node:path";
import { Command, Option } from "commander";
import { GENERAL_DIFFERENCES } from "../../lib/import/docker-fw/general-differences";
import { importDockerFw, type ImportedDockerFw } from "../../lib/import/docker-fw/import";
import { remarksOf } from "../../lib/import/remarks";
import { policyText } from "../../lib/import/source/policy-text";
import { projectSource } from "../../lib/import/source/project";
import { backend, DEFAULT_BACKEND, type Backend } from "../../lib/model/backend";
import { writeProject } from "../../lib/project/write";
import { action } from "../action";
import { EXIT } from "../exit";
import { nextInProject, printImport } from "../import-report";
import { withJson } from "../options";
import { printJson } from "../output";
import { packageName } from "../package-name";
import { version } from "../version";

interface Flags {
  readonly name: string;
  readonly interface: readonly string[];
  readonly container?: readonly string[];
  readonly backend: Backend;
  readonly out: string;
  readonly policy?: string;
  readonly terraform?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function dockerFwCommand(): Command {
  const command = withJson(new Command("docker-fw"))
    .description("make a project, or a policy file, of docker-fw's rules, and tell what is not as it was")
    .argument("<files...>", "its `extraRules.json`, Docker's folder of them, or files of its command lines")
    .requiredOption("--name <host>", "the name of the host that they are of")
    .requiredOption("--interface <name...>", "the host's interfaces to the outside")
    .option("--container <id=name...>", "names of containers; without `ID=`, that of JSON which no folder tells of")
    .addOption(new Option("--backend <name>", "of the host").choices(backend.options).default(DEFAULT_BACKEND))
    .option("--out <dir>", "where the project goes", "firewalls")
    .option("--policy <file>", "write a policy file in YAML instead of a project")
    .option("--terraform", "a project that is deployed by Terraform (cdktf)")
    .option("--force", "write anew what stands there")
    .addHelpText(
      "after",
      "\nExamples:\n  cdkfw import docker-fw /var/lib/docker/containers --name dock-1 --interface eth0 --out firewalls\n" +
        "  docker-fw ls > rules.txt && cdkfw import docker-fw rules.txt --name dock-1 --interface eth0 --policy firewall.yaml\n" +
        "\ndocs/docker-fw.md tells what becomes of what, and what is not as in docker-fw.",
    );
  return action(command, (files: string[], flags: Flags) => {
    const { name, interface: interfaces, container: containers = [], terraform = false, force = false } = flags;
    const imported = importDockerFw(files, { name, interfaces, containers, backend: flags.backend });
    const written = flags.policy === undefined ? projectOf(imported, flags) : policyOf(imported, flags.policy);
    writeProject(written.out, written.files, force);
    const names = Object.keys(written.files);
    const remarks = remarksOf(imported.plan);
    if (flags.json === true) {
      printJson({ folder: written.out, files: names, general: GENERAL_DIFFERENCES, remarks, notes: [] });
    } else {
      const next = flags.policy === undefined ? nextInProject(flags.out, terraform) : nextOfPolicy(flags.policy);
      const report = { program: "docker-fw", general: GENERAL_DIFFERENCES, remarks, notes: [], next } as const;
      printImport({ ...report, out: written.out, files: names });
    }
    return EXIT.done;
  });
}

function projectOf({ plan, inventory }: ImportedDockerFw, { out, terraform = false }: Flags) {
  const folders = { from: out, to: out };
  const options = { name: packageName(out), terraform, version, inventory, folders };
  return { out, files: projectSource([plan], options) };
}

function policyOf({ plan }: ImportedDockerFw, file: string) {
  return { out: dirname(file), files: { [basename(file)]: policyText(plan) } };
}

const nextOfPolicy = (file: string) => [`cdkfw diff --policy ${file} && cdkfw deploy --policy ${file}`];
