/** Loading 1,000 rules on a lab host, in both families: our texts, against a process per rule as scripts do it, by each backend. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../../lib/bundle/format";
import { readBundle } from "../../lib/bundle/read";
import { deployHost } from "../../lib/deploy/handshake";
import type { HostPolicy } from "../../lib/model/policy";
import { Lab, type LabHost } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { useLegacyIptables } from "../flood/flood";
import { inSeconds, median, print } from "./figures";
import { policyFor } from "./lab-policy";
import { iptablesCommands, nftScript } from "./process-per-rule";

const RULES = 1000;
const REPETITIONS = 3;
const FOLDER = "/var/lib/cdkfw/committed";

/** Seconds of a command in an empty network of its own, as the host itself measures them. */
async function secondsOn(host: LabHost, command: string): Promise<number> {
  const script = `s=$(date +%s%N); ${command} >&2 || exit; e=$(date +%s%N); echo $((e - s))`;
  const run = await host.exec(["unshare", "--net", "sh", "-c", script], { timeoutMs: 300_000 });
  if (run.code !== 0) throw new Error(run.stderr);
  return Number(run.stdout) / 1e9;
}

/** What a backend is compared by: the loaders fed with our texts, and the rules typed one by one. */
interface Rivals {
  readonly loaders: string;
  readonly commands: number;
}

async function deployed(policy: HostPolicy): Promise<Bundle> {
  const output = mkdtempSync(join(tmpdir(), "bench-"));
  const [written] = synthesize([policy], output, "bench");
  const bundle = readBundle(written?.folder ?? "");
  rmSync(output, { recursive: true });
  const outcome = await deployHost(bundle, { connection: { configFile: null } });
  if (outcome.outcome !== "committed") throw new Error(JSON.stringify(outcome));
  return bundle;
}

const withoutMarks = (text: string): string => text.replace(/#unless-bridge \S+ /g, "");

async function byIptables(host: LabHost): Promise<Rivals> {
  const policy = policyFor(host, RULES);
  const bundle = await deployed({ ...policy, backend: "iptables" });
  const { "iptables.v4": v4 = "", "iptables.v6": v6 = "" } = bundle.texts;
  const script = iptablesCommands(policy);
  await host.writeFile("/tmp/rules.sh", `${script.join("\n")}\n`);
  for (const [file, text] of [["v4", v4], ["v6", v6]] as const) await host.writeFile(`/tmp/${file}`, withoutMarks(text)); // prettier-ignore
  return {
    loaders: `sh -ec "ipset restore <${FOLDER}/ipset; iptables-restore --noflush </tmp/v4; ip6tables-restore --noflush </tmp/v6"`,
    commands: script.length,
  };
}

async function byNftables(host: LabHost): Promise<Rivals> {
  const policy: HostPolicy = { ...policyFor(host, RULES), backend: "nftables" };
  const bundle = await deployed(policy);
  const { sets, commands } = nftScript(policy);
  await host.writeFile("/tmp/sets.nft", sets);
  await host.writeFile("/tmp/ours.nft", withoutMarks(bundle.texts["nftables"] ?? ""));
  await host.writeFile("/tmp/rules.sh", `nft -f /tmp/sets.nft\n${commands.join("\n")}\n`);
  return { loaders: "nft -f /tmp/ours.nft", commands: commands.length };
}

async function compare(host: LabHost, label: string, { loaders: fed, commands: count }: Rivals): Promise<void> {
  const ways = [`/bin/sh /usr/local/lib/cdkfw/cdkfw-host rehearsal ${FOLDER}`, fed, "sh -e /tmp/rules.sh"];
  const figures = ways.map((): number[] => []);
  for (let turn = 0; turn < REPETITIONS; turn++) {
    for (const [index, way] of ways.entries()) figures[index]?.push(await secondsOn(host, way));
  }
  const [ours = 0, loaders = 0, theirs = 0] = figures.map(median);
  console.log(`load (${label}): ${RULES} rules of a policy, ${count} commands, median of ${REPETITIONS}`);
  print("the runtime: sets, what stands, merge, restore, old sets", inSeconds(ours));
  print("the loaders alone, fed with the same texts", inSeconds(loaders));
  print("one process per rule", inSeconds(theirs));
  print("ratio to the runtime (aim: at least 100)", `${(theirs / ours).toFixed(0)} x`);
  print("ratio to the loaders alone", `${(theirs / loaders).toFixed(0)} x`);
}

async function main(): Promise<void> {
  const lab = await Lab.start({ hosts: ["nftables", "iptables", "legacy"].map((name) => ({ name, lan: true })) });
  try {
    const [nftables, iptables, legacy] = [lab.host("nftables"), lab.host("iptables"), lab.host("legacy")];
    await useLegacyIptables(legacy);
    await compare(nftables, "nftables", await byNftables(nftables));
    await compare(iptables, "iptables over nftables", await byIptables(iptables));
    await compare(legacy, "legacy iptables", await byIptables(legacy));
  } finally {
    await lab.stop();
  }
}

void main();
