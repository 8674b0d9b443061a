/** Bringing 200 rules to one host: the handshake, against ssh that pipes the text into the loader and a second ssh. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../lib/bundle/read";
import { deployHost } from "../../lib/deploy/handshake";
import { Lab, type LabHost } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { inSeconds, medians, print } from "./figures";
import { policyFor } from "./lab-policy";

const RULES = 200;
const REPETITIONS = 7;

function ssh(host: LabHost, command: string, input = ""): void {
  const { identityFile, knownHostsFile } = host.ssh;
  const options = [
    "-F",
    "none",
    "-o",
    "BatchMode=yes",
    "-o",
    `UserKnownHostsFile=${knownHostsFile}`,
    "-i",
    identityFile,
  ];
  execFileSync("ssh", [...options, `root@${host.address}`, command], { input });
}

async function main(): Promise<void> {
  const lab = await Lab.start({ hosts: [{ lan: true }, { lan: true }] });
  const output = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const [managed, plain] = [lab.host("h1"), lab.host("h2")];
    const [written] = synthesize([policyFor(managed, RULES)], output, "bench");
    const bundle = readBundle(written?.folder ?? "");
    const texts = bundle.texts;
    const filter = (text = "") => text.replace(/^#.*\n/gm, "");
    const empty = ["iptables", "ip6tables"].map((tool) => `${tool} -F; ${tool} -X`).join("; ");
    const pipe = `{ ${empty}; ipset destroy; } 2>/dev/null; cat >/tmp/in && sed -n '/^create\\|^add/p' /tmp/in | ipset restore && sed '/^@6/,$d;/^create\\|^add/d' /tmp/in | iptables-restore --noflush && sed '1,/^@6/d' /tmp/in | ip6tables-restore --noflush`;
    const input = `${texts["ipset"]}${filter(texts["iptables.v4"])}@6\n${filter(texts["iptables.v6"])}`;
    const handshake = async (force: boolean) => {
      const outcome = await deployHost(bundle, { force, connection: { configFile: null } });
      if (outcome.outcome === "failed" || outcome.outcome === "rolled-back") throw new Error(JSON.stringify(outcome));
    };
    await handshake(false);
    const [ours = 0, unchanged = 0, theirs = 0] = await medians(REPETITIONS, [
      () => handshake(true),
      () => handshake(false),
      () => {
        ssh(plain, pipe, input);
        ssh(plain, "true");
      },
    ]);
    console.log(`deploy: ${RULES} rules to one host over SSH, median of ${REPETITIONS}`);
    print("the handshake: stage, rehearse, arm, apply, prove, confirm", inSeconds(ours));
    print("the same where nothing changed", inSeconds(unchanged));
    print("ssh with the text into the loaders, and a second ssh", inSeconds(theirs));
    print("ratio (aim: at most 1.5)", `${(ours / theirs).toFixed(2)} x`);
  } finally {
    await lab.stop();
    rmSync(output, { recursive: true });
  }
}

void main();
