import { Command } from "commander";
import type { Bundle } from "../../lib/bundle/format";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { committedPolicy } from "../../lib/deploy/status";
import type { HostPolicy } from "../../lib/model/policy";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { compareLines } from "../compare-lines";
import { asMarkdown, printReports, type DiffReport } from "../diff-report";
import { differenceOfPolicies, wholePolicyOf } from "../difference";
import { EXIT, type ExitCode } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import {
  HOSTS_OR_ALL,
  withConnection,
  withJson,
  withOutput,
  withParallel,
  withShard,
  type ShardFlag,
  type ConnectionFlags,
} from "../options";
import { print, printJson } from "../output";
import { findingsOf, refuseWarnings, tellFindings, withStrict, type ReviewFlags } from "../review";
import { withSource } from "./synth";

type Flags = ConnectionFlags &
  ShardFlag &
  SynthFlags &
  ReviewFlags & { synth: boolean; parallel: number; against?: string; markdown?: boolean; json?: boolean };

/** A bundle of another synth: what it would bring to its host. */
interface Known {
  readonly generation: string;
  readonly words: readonly string[];
  readonly policy: HostPolicy;
}

const HELP = `
Examples:
  cdkfw diff web-1
  cdkfw diff --against main-out --markdown     what a pull request does, without asking any host

What stands on a host is known in words. What a change does to packets is told as well where the policy that stands is
at hand: in the output folder before this synth, or in that of --against.

Exit: 0 no difference, 2 differences, 1 a host could not be asked`;

export function diffCommand(): Command {
  const command = withJson(
    withConnection(withParallel(withShard(withOutput(withStrict(withSource(new Command("diff"))))))),
  )
    .description("tell what a deployment would change: the policy's words, and which packets would fare otherwise")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .option("--against <dir>", "compare with another synth's output folder, instead of what stands on the hosts")
    .option("--markdown", "print a comment for a pull request")
    .addHelpText("after", HELP);
  return action(command, async (names: string[], flags: Flags) => {
    const known = flags.against === undefined ? asFarAsKnown(flags.out) : knownIn(flags.against);
    const stacks = flags.synth ? await synth(flags) : undefined;
    const bundles = bundlesOf(flags.out, names, stacks, flags.shard);
    const found = findingsOf(bundles.map(({ folder }) => folder));
    tellFindings(found);
    refuseWarnings(found, flags);
    const reports = await sideBySide(bundles, flags.parallel, (bundle) =>
      flags.against === undefined
        ? sinceDeployed(bundle, known, flags, bundles.length)
        : Promise.resolve(since(bundle, known.get(bundle.manifest.host))),
    );
    if (flags.json === true)
      printJson(reports.map((report) => ({ ...report, findings: found.get(report.host) ?? [] })));
    else if (flags.markdown === true) print(asMarkdown(reports));
    else printReports(reports);
    return code(reports);
  });
}

/** Read before the synth: it writes to the same folder. */
function asFarAsKnown(output: string): Map<string, Known> {
  try {
    return knownIn(output);
  } catch (error) {
    // Nothing there, or nothing whole: it is about to be made anew.
    if (error instanceof UserError) return new Map();
    throw error;
  }
}

function knownIn(output: string): Map<string, Known> {
  return new Map(
    bundlesOf(output, []).map(({ manifest: { host, generation }, texts, folder }) => [
      host,
      { generation, words: linesOf(texts), policy: wholePolicyOf(folder) },
    ]),
  );
}

async function sinceDeployed(
  bundle: Bundle,
  known: ReadonlyMap<string, Known>,
  flags: Flags,
  hosts: number,
): Promise<DiffReport> {
  const { host } = bundle.manifest;
  try {
    const { generation, lines } = await onHost(bundle, flags, hosts, committedPolicy);
    const before = known.get(host);
    const policy = before !== undefined && before.generation === generation ? before.policy : undefined;
    return compare(bundle, { generation, words: lines, policy });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { host, error: { code: error.code, message: error.message, help: error.help ?? null } };
  }
}

function since(bundle: Bundle, before: Known | undefined): DiffReport {
  return compare(bundle, before ?? { generation: null, words: [], policy: undefined });
}

interface Before {
  readonly generation: string | null;
  readonly words: readonly string[];
  readonly policy: HostPolicy | undefined;
}

function compare({ manifest, texts, folder }: Bundle, before: Before): DiffReport {
  const { host, generation } = manifest;
  const different = before.generation !== generation;
  return {
    host,
    stands: before.generation,
    wanted: generation,
    different,
    lines: compareLines(before.words, linesOf(texts)),
    ...(different && before.policy && { packets: differenceOfPolicies(before.policy, wholePolicyOf(folder)) }),
  };
}

function linesOf(texts: Readonly<Record<string, string>>): string[] {
  return (texts["policy.txt"] ?? "").split("\n").filter((line) => line !== "");
}

function code(reports: readonly DiffReport[]): ExitCode {
  if (reports.some(({ error }) => error !== undefined)) return EXIT.failed;
  return reports.some(({ different }) => different === true) ? EXIT.different : EXIT.done;
}
