import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../lib/bundle/read";
import { compile } from "../../lib/compile/compile";
import { deployHost } from "../../lib/deploy/handshake";
import type { Backend, HostPolicy } from "../../lib/model/policy";
import type { Verdict } from "../../lib/sandbox/prober";
import { synthesize } from "../../lib/synth/synthesize";
import { casesOf, inSync, type Case } from "./packets";
import { isEven } from "./policies";
import { Random } from "./random";
import type { World } from "./world";

export const BACKENDS: readonly Backend[] = ["iptables", "nftables"];

/** A packet that the kernel treats in another way than the model says, or than the corresponding one of the other family. */
export interface Disagreement {
  readonly backend: Backend;
  readonly packet: string;
  readonly wanted: string;
  readonly kernel: string;
}

/** Loads a policy by each backend, sends the packets, and tells where kernel and model disagree. */
export async function ask(world: World, policy: HostPolicy, seed: number, packets: number): Promise<Disagreement[]> {
  const twins = casesOf(world, compile(policy), new Random(seed), packets);
  const cases = twins.flat();
  const found: Disagreement[] = [];
  for (const backend of BACKENDS) {
    await deploy({ ...policy, backend });
    await world.host.exec("conntrack -F");
    let open: readonly Case[] = cases;
    const last = new Map<Case, string>();
    // Limits of the kernel's own on ICMP errors make a refusal look like silence now and then, never twice in a row.
    for (const timeoutMs of [700, 700, 1200]) {
      const heard = await send(open, timeoutMs);
      for (const [one, how] of heard) last.set(one, how);
      open = open.filter((one) => heard.get(one) !== one.wanted);
      if (open.length === 0) break;
      await world.host.exec("conntrack -F");
      if (timeoutMs === 1200) {
        for (const one of open)
          found.push({ backend, packet: one.told, wanted: one.wanted, kernel: heard.get(one) ?? "?" });
      }
    }
    if (isEven(policy)) {
      for (const [one, other] of twins) {
        if (one === undefined || other === undefined) continue;
        const [how, otherHow] = [last.get(one) ?? "?", last.get(other) ?? "?"];
        if (!inSync(one, how, otherHow)) found.push({ backend, packet: one.told, wanted: `as IPv6: ${otherHow}`, kernel: how }); // prettier-ignore
      }
    }
  }
  return found;
}

async function send(cases: readonly Case[], timeoutMs: number): Promise<Map<Case, string>> {
  const heard = new Map<Case, string>();
  for (const machine of new Set(cases.map(({ sender }) => sender.machine))) {
    const own = cases.filter(({ sender }) => sender.machine === machine);
    const verdicts = await machine.probe(
      own.map(({ probe }) => probe),
      { timeoutMs },
    );
    own.forEach((one, index) => heard.set(one, inWords(verdicts[index])));
  }
  return heard;
}

function inWords(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "nothing";
  const peer = /peer=\[?([0-9a-f.:]+?)\]?:\d+ /.exec(verdict.reply ?? "")?.[1];
  return peer === undefined ? verdict.how : `data from ${peer}`;
}

async function deploy(policy: HostPolicy): Promise<void> {
  const output = mkdtempSync(join(tmpdir(), "oracle-"));
  try {
    const [written] = synthesize([policy], output, "oracle");
    const result = await deployHost(readBundle(written?.folder ?? ""), { connection: { configFile: null } });
    if (result.outcome !== "committed" && result.outcome !== "unchanged") throw new Error(JSON.stringify(result));
  } finally {
    rmSync(output, { recursive: true });
  }
}
