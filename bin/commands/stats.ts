import { Command } from "commander";
import { hostCounters } from "../../lib/deploy/counters";
import { action } from "../action";
import { colour } from "../colour";
import { wholePolicyOf } from "../difference";
import { askHosts, isAnswer, silenceInWords } from "../each-host";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { HOSTS_OR_ALL, withConnection, withJson, withOutput, withParallel, withPrometheus, withShard, type ConnectionFlags, type FormatFlags, type ShardFlag } from "../options"; // prettier-ignore
import { print, printJson } from "../output";
import { asPrometheus, hostsUp } from "../prometheus";
import { statsMetrics, statsReport, type EntryCount, type StatsReport } from "../stats-report";

type Flags = ConnectionFlags & ShardFlag & FormatFlags & { out: string; parallel: number };

const HELP = `
Examples:
  cdkfw stats web-1
  cdkfw stats --json >counters.json && cdkfw report --html firewalls.html --counters counters.json

A rule counts the packets that it decides about: the first of each connection. What follows counts as "established".
Counters begin anew with every change of a host's rules, and with a reboot.

Exit: 0, or 1 where a host could not be asked`;

export function statsCommand(): Command {
  const command = withPrometheus(withJson(withConnection(withParallel(withShard(withOutput(new Command("stats")))))))
    .description("tell how many packets and bytes each rule of the policy has decided about")
    .argument("[host...]", HOSTS_OR_ALL)
    .addHelpText("after", HELP);
  return action(command, async (names: string[], flags: Flags) => {
    const bundles = bundlesOf(flags.out, names, undefined, flags.shard);
    const reports = await askHosts(bundles, flags, async (connection, bundle) =>
      statsReport(bundle, wholePolicyOf(bundle.folder), await hostCounters(connection)),
    );
    if (flags.json === true) printJson(reports);
    else if (flags.prometheus === true)
      print(asPrometheus([hostsUp(reports), ...statsMetrics(reports.filter(isAnswer))]));
    else print(reports.map((report) => (isAnswer(report) ? inWords(report) : silenceInWords(report))).join("\n\n"));
    return reports.every(isAnswer) ? EXIT.done : EXIT.failed;
  });
}

function inWords({ host, generation, entries, implicit }: StatsReport): string {
  const rows = [
    ["packets", "bytes", "rule"],
    ...entries.map((entry) => [String(entry.packets), String(entry.bytes), entryWords(entry)]),
    ...implicit.map(({ packets, bytes, reason }) => [String(packets), String(bytes), colour.dim(`the language itself: ${reason}`)]), // prettier-ignore
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map(([packets = "", bytes = "", rule = ""]) => `  ${packets.padStart(width(0))}  ${bytes.padStart(width(1))}  ${rule}`); // prettier-ignore
  return [`${host}  generation ${generation ?? "none"}`, ...lines].join("\n");
}

function entryWords({ words, place, path, with: others = [] }: EntryCount): string {
  const together = others.length === 0 ? "" : `, counted together with ${others.length} more`;
  return `${words}  ${place ?? path}${together}`;
}
