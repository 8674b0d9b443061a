/** Loading 1,000 rules on a lab host, in both families: our texts, against a process per rule as scripts do it, by each backend. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../../lib/bundle/format";
import { readBundle } from "../../lib/bundle/read";
import { compile } from "../../lib/compile/compile";
import { deployHost } from "../../lib/deploy/handshake";
import { renderIptables, type Texts } from "../../lib/render/iptables/render";
import type { HostPolicy } from "../../lib/model/policy";
import { GENERATION_MARK } from "../../lib/render/iptables/sets";
import { renderNftables } from "../../lib/render/nftables/render";
import { Lab, type LabHost } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { useLegacyIptables } from "../flood/flood";
import { inSeconds, median, print } from "./figures";
import { policyFor } from "./lab-policy";

const RULES = 1000;
const REPETITIONS = 3;
const FOLDER = "/var/lib/cdkfw/committed";

/** A text as the commands that would have to be typed. */
function commands(tool: string, text: string): string[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    const [first = "", chain = "", target = ""] = line.split(" ");
    if (line.startsWith("*")) table = line.slice(1);
    if (line.startsWith(":")) return [`${tool} -t ${table} -N ${first.slice(1)}`];
    if (first === "#hook") return [`${tool} -t ${table} -I ${chain} -j ${target}`];
    const rule = line.replace(/^#unless-bridge \S+ /, "");
    return rule.startsWith("-A") ? [`${tool} -t ${table} ${rule}`] : [];
  });
}

/** The rules as a script has them, one for each entry: nothing is merged. */
function asTyped(host: LabHost): Texts {
  const texts = renderIptables(compile(policyFor(host, RULES), { merge: false }));
  const typed = (text: string): string => text.replaceAll(GENERATION_MARK, "typed");
  return {
    ipset: typed(texts.ipset),
    "iptables.v4": typed(texts["iptables.v4"]),
    "iptables.v6": typed(texts["iptables.v6"]),
  };
}

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
  const [written] = synthesize([policy], mkdtempSync(join(tmpdir(), "bench-")), "bench");
  const bundle = readBundle(written?.folder ?? "");
  rmSync(written?.folder ?? "", { recursive: true });
  const outcome = await deployHost(bundle, { connection: { configFile: null } });
  if (outcome.outcome !== "committed") throw new Error(JSON.stringify(outcome));
  return bundle;
}

const withoutMarks = (text: string): string => text.replace(/#unless-bridge \S+ /g, "");

async function byIptables(host: LabHost): Promise<Rivals> {
  const bundle = await deployed({ ...policyFor(host, RULES), backend: "iptables" });
  const { "iptables.v4": v4 = "", "iptables.v6": v6 = "" } = bundle.texts;
  const { ipset, "iptables.v4": typed4, "iptables.v6": typed6 } = asTyped(host);
  const script = [...commands("iptables", typed4), ...commands("ip6tables", typed6)];
  await host.writeFile("/tmp/typed.ipset", ipset);
  await host.writeFile("/tmp/rules.sh", `ipset restore </tmp/typed.ipset\n${script.join("\n")}\n`);
  for (const [file, text] of [["v4", v4], ["v6", v6]] as const) await host.writeFile(`/tmp/${file}`, withoutMarks(text)); // prettier-ignore
  return {
    loaders: `sh -ec "ipset restore <${FOLDER}/ipset; iptables-restore --noflush </tmp/v4; ip6tables-restore --noflush </tmp/v6"`,
    commands: script.length,
  };
}

async function byNftables(host: LabHost): Promise<Rivals> {
  const policy: HostPolicy = { ...policyFor(host, RULES), backend: "nftables" };
  const bundle = await deployed(policy);
  const typed = withoutMarks(renderNftables(compile(policy, { merge: false })).nftables);
  const sets = `${typed.slice(0, typed.indexOf("\tchain "))}}`;
  const script = [...typed.matchAll(/^\tchain (\S+) \{\n([^]*?)^\t\}/gm)].flatMap(([, chain = "", body = ""]) => {
    const lines = body.split("\n").map((line) => line.trim()).filter((line) => line !== ""); // prettier-ignore
    const hook = lines.find((line) => line.startsWith("type "));
    return [
      `nft 'add chain inet cdkfw ${chain}${hook === undefined ? "" : ` { ${hook} }`}'`,
      ...lines.filter((line) => line !== hook).map((line) => `nft 'add rule inet cdkfw ${chain} ${line}'`),
    ];
  });
  await host.writeFile("/tmp/sets.nft", sets);
  await host.writeFile("/tmp/ours.nft", withoutMarks(bundle.texts["nftables"] ?? ""));
  await host.writeFile("/tmp/rules.sh", `nft -f /tmp/sets.nft\n${script.join("\n")}\n`);
  return { loaders: "nft -f /tmp/ours.nft", commands: script.length };
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
