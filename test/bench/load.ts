/** Loading 1,000 rules on a lab host, in both families: our texts, against a process per rule as scripts do it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../lib/bundle/read";
import { compile } from "../../lib/compile/compile";
import { deployHost } from "../../lib/deploy/handshake";
import { renderIptables, type Texts } from "../../lib/render/iptables/render";
import { GENERATION_MARK } from "../../lib/render/iptables/sets";
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

async function compare(host: LabHost, variant: "nft" | "legacy"): Promise<void> {
  const [written] = synthesize([policyFor(host, RULES)], mkdtempSync(join(tmpdir(), "bench-")), "bench");
  const bundle = readBundle(written?.folder ?? "");
  const outcome = await deployHost(bundle, { connection: { configFile: null } });
  if (outcome.outcome !== "committed") throw new Error(JSON.stringify(outcome));
  const { "iptables.v4": v4 = "", "iptables.v6": v6 = "" } = bundle.texts;
  const { ipset, "iptables.v4": typed4, "iptables.v6": typed6 } = asTyped(host);
  const script = [...commands("iptables", typed4), ...commands("ip6tables", typed6)];
  await host.writeFile("/tmp/typed.ipset", ipset);
  await host.writeFile("/tmp/rules.sh", `ipset restore </tmp/typed.ipset\n${script.join("\n")}\n`);
  for (const [file, text] of [["v4", v4], ["v6", v6]] as const) await host.writeFile(`/tmp/${file}`, text.replace(/^#unless-bridge \S+ /gm, "")); // prettier-ignore
  rmSync(written?.folder ?? "", { recursive: true });

  const ways = [
    `/bin/sh /usr/local/lib/cdkfw/cdkfw-host rehearsal ${FOLDER}`,
    `sh -ec "ipset restore <${FOLDER}/ipset; iptables-restore --noflush </tmp/v4; ip6tables-restore --noflush </tmp/v6"`,
    "sh -e /tmp/rules.sh",
  ];
  const figures = ways.map((): number[] => []);
  for (let turn = 0; turn < REPETITIONS; turn++) {
    for (const [index, way] of ways.entries()) figures[index]?.push(await secondsOn(host, way));
  }
  const [ours = 0, loaders = 0, theirs = 0] = figures.map(median);
  console.log(
    `load (iptables-${variant}): ${RULES} rules of a policy, ${script.length} commands, median of ${REPETITIONS}`,
  );
  print("the runtime: sets, what stands, merge, restore, old sets", inSeconds(ours));
  print("the loaders alone, fed with the same texts", inSeconds(loaders));
  print("one process per rule", inSeconds(theirs));
  print("ratio to the runtime (aim: at least 100)", `${(theirs / ours).toFixed(0)} x`);
  print("ratio to the loaders alone", `${(theirs / loaders).toFixed(0)} x`);
}

async function main(): Promise<void> {
  const lab = await Lab.start({ hosts: [{ name: "nft", lan: true }, { name: "legacy", lan: true }] }); // prettier-ignore
  try {
    await useLegacyIptables(lab.host("legacy"));
    await compare(lab.host("nft"), "nft");
    await compare(lab.host("legacy"), "legacy");
  } finally {
    await lab.stop();
  }
}

void main();
