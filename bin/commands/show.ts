import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { POLICY_FILE } from "../../lib/bundle/format";
import type { HostPolicy } from "../../lib/model/policy";
import { policyInWords } from "../../lib/model/policy-words";
import { printOrigin } from "../../lib/model/origin";
import { action } from "../action";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { withJson, withOutput } from "../options";
import { print, printJson } from "../output";

type Flags = { out: string; ruleset?: boolean; json?: boolean };

export function showCommand(): Command {
  const command = withJson(withOutput(new Command("show")))
    .description("show one host's policy in words, each entry with the place that declared it")
    .argument("<host>", "a host by name")
    .option("--ruleset", "show the texts for the kernel's loaders instead")
    .addHelpText("after", "\nExample:\n  cdkfw show web-1 --ruleset");
  return action(command, (name: string, flags: Flags) => {
    for (const bundle of bundlesOf(flags.out, [name])) {
      const policy = JSON.parse(readFileSync(join(bundle.folder, POLICY_FILE), "utf8")) as HostPolicy;
      if (flags.ruleset === true) printTexts(bundle.texts, flags.json === true);
      else if (flags.json === true) printJson(policy);
      else printPolicy(policy);
    }
    return EXIT.done;
  });
}

function printTexts(texts: Readonly<Record<string, string>>, json: boolean): void {
  if (json) printJson(texts);
  else for (const [name, text] of Object.entries(texts)) print(`# ${name}\n${text}`);
}

function printPolicy(policy: HostPolicy): void {
  const words = policyInWords(policy);
  const names = words.slice(0, words.length - policy.entries.length);
  const entries = words.slice(names.length);
  const width = Math.min(72, Math.max(0, ...entries.map((line) => line.length)));
  for (const line of names) print(line);
  entries.forEach((line, index) => {
    const entry = policy.entries[index];
    print(`${line.padEnd(width)}  ${entry === undefined ? "" : printOrigin(entry.origin)}`);
  });
}
