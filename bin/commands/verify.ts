import { Command } from "commander";
import { reviewPolicy } from "../../lib/analysis/review-policy";
import type { Bundle } from "../../lib/bundle/format";
import { readPolicy } from "../../lib/bundle/read-policy";
import { withNetworks } from "../../lib/model/countries";
import { errorsAmong, levelOf, printFinding, type Finding } from "../../lib/model/findings";
import { action } from "../action";
import { synth, today, type SynthFlags } from "../app";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { HOSTS_OR_ALL, withJson, withOutput } from "../options";
import { print, printJson } from "../output";
import { refuseWarnings, tellFindings, withStrict, type ReviewFlags } from "../review";
import { withSource } from "./synth";

type Flags = SynthFlags & ReviewFlags & { synth: boolean; json?: boolean };

const HELP = `
Examples:
  cdkfw verify --strict
  cdkfw verify 'web-*' --no-synth --json

Nothing is sent anywhere. docs/analysis.md tells of each code what it means and how it is silenced.

Exit: 0 all holds, 1 an error, or a warning with --strict`;

export function verifyCommand(): Command {
  const command = withJson(withStrict(withOutput(withSource(new Command("verify")))))
    .description("prove expectations, look for lock-outs, and for rules that do not do what they seem to")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .addHelpText("after", HELP);
  return action(command, async (names: string[], flags: Flags) => {
    const stacks = flags.synth ? await synth(flags) : undefined;
    const found = new Map(bundlesOf(flags.out, names, stacks).map((bundle) => [bundle.manifest.host, review(bundle)]));
    const errors = [...found.values()].flatMap(errorsAmong);
    if (flags.json === true) printJson(asData(found));
    else print(summary(found));
    if (flags.json !== true) tellFindings(found);
    refuseWarnings(found, flags);
    return errors.length > 0 ? EXIT.failed : EXIT.done;
  });
}

/** By the policy that the bundle was made of, and today: what has expired since is told, too. */
function review({ folder }: Bundle): Finding[] {
  const { policy, countries } = readPolicy(folder);
  return reviewPolicy(withNetworks(policy, countries), today());
}

function asData(found: ReadonlyMap<string, readonly Finding[]>) {
  return [...found].map(([host, findings]) => ({
    host,
    findings: findings.map((finding) => ({ level: levelOf(finding), ...finding })),
  }));
}

function summary(found: ReadonlyMap<string, readonly Finding[]>): string {
  const all = [...found.values()].flat();
  const count = (level: string) => all.filter((one) => one.silenced === undefined && levelOf(one) === level).length;
  const silenced = all.filter((one) => one.silenced !== undefined);
  const lines = silenced.map((finding) => `silenced: ${printFinding(finding)} Because: ${finding.silenced ?? ""}`);
  const hosts = `${found.size} ${found.size === 1 ? "host" : "hosts"}`;
  return [
    ...new Set(lines),
    `${hosts}: ${count("error")} errors, ${count("warning")} warnings, ${count("note")} notes, ${silenced.length} silenced`,
  ].join("\n");
}
