import { Command } from "commander";
import { readPolicy } from "../../lib/bundle/read-policy";
import { databaseInWords, type Countries } from "../../lib/model/countries";
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
      const { policy, countries } = readPolicy(bundle.folder);
      if (flags.ruleset === true) printTexts(bundle.texts, flags.json === true);
      else if (flags.json === true) printJson({ ...policy, ...(countries && { countries: inShort(countries) }) });
      else printPolicy(policy, countries);
    }
    return EXIT.done;
  });
}

function printTexts(texts: Readonly<Record<string, string>>, json: boolean): void {
  if (json) printJson(texts);
  else for (const [name, text] of Object.entries(texts)) print(`# ${name}\n${text}`);
}

/** Their networks are in the bundle's file: ten thousands of them are nothing to show. */
function inShort({ database, networks }: Countries) {
  const counted = Object.entries(networks).map(([code, { v4, v6, digest }]) => {
    return [code, { v4: v4.length, v6: v6.length, digest }] as const;
  });
  return { database, networks: Object.fromEntries(counted) };
}

function printPolicy(policy: HostPolicy, countries: Countries | undefined): void {
  if (countries !== undefined) print(`countries  ${databaseInWords(countries.database)}`);
  const words = policyInWords(policy, countries);
  const names = words.slice(0, words.length - policy.entries.length);
  const entries = words.slice(names.length);
  const width = Math.min(72, Math.max(0, ...entries.map((line) => line.length)));
  for (const line of names) print(line);
  entries.forEach((line, index) => {
    const entry = policy.entries[index];
    print(`${line.padEnd(width)}  ${entry === undefined ? "" : printOrigin(entry.origin)}`);
  });
}
