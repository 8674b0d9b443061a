import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { stackNames } from "../../lib/bundle/read";
import type { HostPolicy } from "../../lib/model/policy";
import { changeReport } from "../../lib/report/change-report";
import { findingReports } from "../../lib/report/finding-reports";
import type { HostSummary } from "../../lib/report/data";
import { hostReport, policyOf, type HostAdditions } from "../../lib/report/host-report";
import { readCounters, type Counters } from "../../lib/report/read-counters";
import { reportHtml } from "../../lib/report/html";
import { SharedSets } from "../../lib/report/shared-sets";
import type { Bundle } from "../../lib/bundle/format";
import { action } from "../action";
import { compareLines } from "../compare-lines";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { withJson, withOutput } from "../options";
import { print, printJson } from "../output";

interface Flags {
  readonly html: string;
  readonly out: string;
  readonly against?: string;
  readonly counters?: string;
  readonly title?: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  const command = withJson(withOutput(new Command("report")))
    .description(
      "write one page to look at: hosts, zones and what flows between them, rules, findings, a packet tracer",
    )
    .argument("[host...]", "hosts by name (default: all)")
    .requiredOption("--html <file>", "the page; it needs nothing else and works offline")
    .option("--against <dir>", "another synth's output folder: show what changed since")
    .option("--counters <file>", "what `cdkfw stats --json` has printed: shown beside the rules")
    .option("--title <text>", "what stands above the page (default: the names of the stacks)")
    .addHelpText("after", "\nExample:\n  cdkfw synth && cdkfw report --html firewalls.html");
  return action(command, (names: string[], flags: Flags) => {
    const before = flags.against === undefined ? undefined : byHost(bundlesOf(flags.against, []));
    const counters = flags.counters === undefined ? undefined : readCounters(flags.counters);
    const sets = new SharedSets();
    const made = new Date().toISOString();
    const day = made.slice(0, 10);
    const hosts = bundlesOf(flags.out, names).map((bundle) => reportOf(bundle, sets, day, { before, counters }));
    const html = reportHtml({
      title: flags.title ?? `Firewalls of ${stackNames(flags.out).join(", ")}`,
      made: `${made.slice(0, 16).replace("T", " ")} UTC`,
      ...(flags.against !== undefined && { against: flags.against }),
      hosts,
      sets: sets.packed,
    });
    writeFileSync(flags.html, html);
    if (flags.json === true) printJson({ file: flags.html, hosts: hosts.map(({ name }) => name) });
    else print(`${flags.html}: ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`);
    return EXIT.done;
  });
}

function byHost(bundles: readonly Bundle[]): Map<string, Bundle> {
  return new Map(bundles.map((bundle) => [bundle.manifest.host, bundle]));
}

/** What the bundles alone do not tell. */
interface Beside {
  readonly before: ReadonlyMap<string, Bundle> | undefined;
  readonly counters: Counters | undefined;
}

function reportOf(bundle: Bundle, sets: SharedSets, day: string, { before, counters: known }: Beside): HostSummary {
  const policy = policyOf(bundle);
  const counters = known?.get(bundle.manifest.host);
  const change = before === undefined ? {} : changeSince(bundle, policy, before.get(bundle.manifest.host));
  return hostReport(
    bundle,
    policy,
    { findings: findingReports(policy, day), ...change, ...(counters && { counters }) },
    sets,
  );
}

function changeSince(
  bundle: Bundle,
  policy: HostPolicy,
  old: Bundle | undefined,
): Pick<HostAdditions, "change" | "changes"> {
  if (old === undefined) return { change: "new" };
  if (old.manifest.generation === bundle.manifest.generation) return { change: "same" };
  const lines = compareLines(linesOf(old), linesOf(bundle));
  return { change: "changed", changes: changeReport(policyOf(old), policy, lines) };
}

function linesOf(bundle: Bundle): string[] {
  return (bundle.texts["policy.txt"] ?? "").split("\n").filter((line) => line !== "");
}
