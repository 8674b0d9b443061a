/**
 * What a packet costs the kernel by the number of rules: pairs of an address and a service as our compiler writes them,
 * against one rule for each pair, on both backends. UDP packets that belong to no answered connection, so that every one
 * of them meets the rules; sent over a veth, where the sender pays for all that the host does with it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../lib/compile/compile";
import { runtimeScript } from "../../lib/host/runtime";
import { FAMILIES, type Family } from "../../lib/model/addresses";
import type { Backend } from "../../lib/model/policy";
import { GENERATION_MARK } from "../../lib/render/iptables/sets";
import { render } from "../../lib/render/render";
import { Lab, type LabHost, type Machine } from "../../lib/sandbox";
import { print } from "./figures";
import { FIRST_PORT, pairAt, policyOfPairs, PORTS } from "./packets-policy";

const SIZES = [10, 1_000, 10_000] as const;
const ROUNDS = 4;
/** Of one measurement. */
const SECONDS = 0.25;
const BATCH = 500;

interface Way {
  readonly name: string;
  readonly backend: Backend;
  readonly merge: boolean;
  readonly label: string;
}

const WAYS: readonly Way[] = [
  { name: "nft", backend: "nftables", merge: true, label: "cdkfw, nftables" },
  { name: "ipt", backend: "iptables", merge: true, label: "cdkfw, iptables" },
  { name: "nft-rules", backend: "nftables", merge: false, label: "one rule of nftables for each pair" },
  { name: "ipt-rules", backend: "iptables", merge: false, label: "one rule of iptables for each pair" },
];

async function load(host: LabHost, { backend, merge }: Way, size: number): Promise<void> {
  const texts = render(compile(policyOfPairs(size, backend), { merge }), backend);
  for (const [file, text] of Object.entries(texts)) {
    await host.writeFile(`/tmp/rules/${file}`, text.replaceAll(GENERATION_MARK, "bench"));
  }
  await host.writeFile("/tmp/cdkfw-host", runtimeScript());
  const { code, stderr } = await host.exec("sh /tmp/cdkfw-host rehearsal /tmp/rules", { timeoutMs: 300_000 });
  if (code !== 0) throw new Error(stderr);
}

/** Takes what is accepted and never reads it: the kernel throws it away at a full buffer. */
const SINK = `
import socket, time
kept = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for n in range(${PORTS})]
for n, s in enumerate(kept):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    s.bind(("::", ${FIRST_PORT} + n))
time.sleep(100000)`;

const SENDER = readFileSync(join(__dirname, "../fixtures/udp-sender.py"), "utf8");

/** How many packets have reached the sockets, of both families. */
async function taken(host: LabHost): Promise<number> {
  const script = `/^Udp6(InDatagrams|RcvbufErrors)/ || /^Udp: [0-9]/ { n += $1 == "Udp:" ? $2 + $6 : $2 } END { print n }`;
  return Number((await host.exec(["awk", script, "/proc/net/snmp", "/proc/net/snmp6"])).stdout);
}

async function macOf(machine: Machine): Promise<string> {
  return (await machine.readFile("/sys/class/net/wan0/address")).trim();
}

interface Packets {
  readonly family: Family;
  readonly accepted: boolean;
}

const KINDS: readonly Packets[] = FAMILIES.flatMap((family) => [true, false].map((accepted) => ({ family, accepted })));

/** Nanoseconds for one packet, of all pairs in turn. */
async function costOf(lab: Lab, host: LabHost, size: number, { family, accepted }: Packets): Promise<number> {
  const pairs = Array.from({ length: BATCH }, (_, n) => pairAt(Math.floor((n * size) / BATCH)));
  const target = family === 4 ? host.wanAddress : host.wanAddress6;
  const lines = pairs.map(({ source, port }) => `${source[family]} ${target} ${accepted ? port : port + PORTS}`);
  await lab.client.exec(["ping", "-c", "1", "-W", "1", target]); // the bridge between learns where it is
  const before = await taken(host);
  const { code, stdout, stderr } = await lab.client.exec(
    ["python3", "-c", SENDER, "wan0", await macOf(lab.client), await macOf(host), String(SECONDS)],
    { input: lines.join("\n"), timeoutMs: 60_000 },
  );
  if (code !== 0) throw new Error(stderr);
  const [sent = 0, nanoseconds = 0] = stdout.split(" ").map(Number);
  const arrived = (await taken(host)) - before;
  // The first few wait in the buffers.
  if (Math.abs(arrived - (accepted ? sent : 0)) > 10 * PORTS) {
    throw new Error(`${host.name}: ${arrived} of ${sent} packets reached their sockets`);
  }
  return nanoseconds;
}

async function main(): Promise<void> {
  const loaded = WAYS.flatMap((way) => SIZES.map((size) => ({ way, size, name: `${way.name}-${size}` })));
  const lab = await Lab.start({ hosts: [{ name: "bare" }, ...loaded.map(({ name }) => ({ name }))] });
  try {
    for (const host of lab.hosts) void host.exec(["python3", "-c", SINK], { timeoutMs: 3_600_000 });
    for (const { way, size, name } of loaded) await load(lab.host(name), way, size);
    const figures = new Map<string, number>();
    const measure = async (name: string, size: number, kind: Packets): Promise<void> => {
      const key = `${name} ${kind.family} ${kind.accepted}`;
      const found = await costOf(lab, lab.host(name), size, kind);
      figures.set(key, Math.min(found, figures.get(key) ?? Infinity));
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of KINDS) {
        if (kind.accepted) await measure("bare", SIZES[0], kind);
        for (const { size, name } of loaded) await measure(name, size, kind);
      }
    }
    report(figures);
  } finally {
    await lab.stop();
  }
}

function report(figures: ReadonlyMap<string, number>): void {
  const found = (name: string, { family, accepted }: Packets): number =>
    figures.get(`${name} ${family} ${accepted}`) ?? NaN;
  console.log(`packets: microseconds for one at ${SIZES.join(", ")} pairs, the least of ${ROUNDS} rounds`);
  for (const kind of KINDS.filter(({ accepted }) => accepted)) {
    print(`no rules and no connection tracking, IPv${kind.family}`, inMicroseconds(found("bare", kind)));
  }
  for (const { name, label } of WAYS) {
    for (const kind of KINDS) {
      const costs = SIZES.map((size) => found(`${name}-${size}`, kind));
      const ratio = (costs.at(-1) ?? NaN) / (costs[0] ?? NaN);
      const words = `${label}, IPv${kind.family} ${kind.accepted ? "accepted" : "refused"}`;
      print(words, `${costs.map(inMicroseconds).join(" ")}   ${ratio.toFixed(2)} x`);
    }
  }
}

const inMicroseconds = (nanoseconds: number): string => (nanoseconds / 1000).toFixed(2).padStart(7);

void main();
