import { Command } from "commander";
import { colour } from "../colour";
import { sideBySide } from "../../lib/deploy/side-by-side";
import { committedPolicy } from "../../lib/deploy/status";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { synth, type SynthFlags } from "../app";
import { compareLines } from "../compare-lines";
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
import { withSource } from "./synth";

type Flags = ConnectionFlags & ShardFlag & SynthFlags & { synth: boolean; parallel: number; json?: boolean };

interface Report {
  readonly host: string;
  /** The committed generation; null for none. */
  readonly stands?: string | null;
  readonly wanted?: string;
  /** `+` is deployed anew, `-` is taken away, a blank stays; in the policy's words. */
  readonly lines?: readonly string[];
  readonly different?: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly help: string | null };
}

export function diffCommand(): Command {
  const command = withJson(withConnection(withParallel(withShard(withOutput(withSource(new Command("diff")))))))
    .description("compare what stands on the hosts with what would be deployed, line by line in the policy's words")
    .argument("[host...]", HOSTS_OR_ALL)
    .option("--no-synth", "take the bundles as they are")
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw diff web-1\n\nExit: 0 no difference, 2 differences, 1 a host could not be asked",
    );
  return action(command, async (names: string[], flags: Flags) => {
    const stacks = flags.synth ? await synth(flags) : undefined;
    const bundles = bundlesOf(flags.out, names, stacks, flags.shard);
    const reports = await sideBySide(bundles, flags.parallel, async (bundle): Promise<Report> => {
      const { host, generation } = bundle.manifest;
      try {
        const stands = await onHost(bundle, flags, bundles.length, committedPolicy);
        const wanted = (bundle.texts["policy.txt"] ?? "").split("\n").filter((line) => line !== "");
        const lines = compareLines(stands.lines, wanted);
        return {
          host,
          stands: stands.generation,
          wanted: generation,
          different: stands.generation !== generation,
          lines,
        };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { host, error: { code: error.code, message: error.message, help: error.help ?? null } };
      }
    });
    if (flags.json === true) printJson(reports);
    else reports.forEach(printReport);
    return code(reports);
  });
}

function printReport({ host, stands, wanted, lines, different, error }: Report): void {
  if (error !== undefined) return print(`${host}: ${error.message}${error.help === null ? "" : `\n  ${error.help}`}`);
  if (different !== true) return print(`${host}: no difference`);
  print(`${host}:  generation ${stands ?? "none"} → ${wanted ?? ""}`);
  if (lines?.every((line) => line.startsWith(" "))) print("  the same policy, compiled in another way");
  for (const line of lines ?? []) {
    if (line.startsWith("+")) print(colour.green(`  ${line}`));
    else if (line.startsWith("-")) print(colour.red(`  ${line}`));
  }
}

function code(reports: readonly Report[]): ExitCode {
  if (reports.some(({ error }) => error !== undefined)) return EXIT.failed;
  return reports.some(({ different }) => different === true) ? EXIT.different : EXIT.done;
}
