import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runtimeScript } from "../../lib/host/runtime";
import { FAMILIES } from "../../lib/model/addresses";
import type { Backend } from "../../lib/model/policy";
import type { Lab, LabHost, Machine } from "../../lib/sandbox";
import { bundleContents } from "../../lib/synth/synthesize";
import { policyOf } from "../fixtures/policy";
import { FLOODS, floodPolicy, sourceOf } from "./flood-policy";

/** What became of the packets of one kind. */
export interface Flooded {
  readonly what: string;
  readonly sent: number;
  /** Those of them that should have come through and did not, or the other way round. */
  readonly wrong: number;
}

const SENDER = readFileSync(join(__dirname, "../fixtures/udp-sender.py"), "utf8");

/**
 * Replaces one ruleset by another and that by the first, again and again, under a flood of packets that both allow and
 * that both forbid; each is the first of a connection, since none of them arrives. A table before and behind all rules
 * counts them, so that not one is missed.
 */
export async function replaceUnderFlood(
  lab: Lab,
  host: LabHost,
  backend: Backend,
  replacements: number,
): Promise<Flooded[]> {
  for (const variant of [1, 2]) {
    const { texts } = bundleContents(policyOf({ ...floodPolicy(variant), backend }));
    for (const [file, text] of Object.entries(texts)) await host.writeFile(`/tmp/${variant}/${file}`, text);
  }
  await host.writeFile("/tmp/cdkfw-host", runtimeScript());
  await must(host, "sh /tmp/cdkfw-host rehearsal /tmp/1");
  await must(host, ["nft", "-f", "-"], COUNTERS);
  await must(lab.client, `rm -f /tmp/stop; ping -c 1 -W 1 ${host.wanAddress} || :`);

  const lines = FLOODS.flatMap(({ port, from }) =>
    FAMILIES.map((family) => {
      const target = family === 4 ? host.wanAddress : host.wanAddress6;
      return `${sourceOf(from)[family]} ${target} ${port}`;
    }),
  );
  const flood = must(
    lab.client,
    ["python3", "-c", SENDER, "wan0", await macOf(lab.client), await macOf(host), "3600"],
    Array.from({ length: 20 }, () => lines).flat().join("\n"), // prettier-ignore
  );
  const loop = `n=0; while [ $n -lt ${replacements} ]; do n=$((n + 1)); sh /tmp/cdkfw-host rehearsal /tmp/$((n % 2 + 1)) || exit; done`;
  await must(host, loop).finally(() => lab.client.exec("touch /tmp/stop"));
  await flood;
  return counted(host);
}

/** The command `iptables` becomes the one that has a ruleset of its own in the kernel. */
export async function useLegacyIptables(host: LabHost): Promise<void> {
  const links = ["iptables", "ip6tables"].flatMap((tool) =>
    ["", "-save", "-restore"].map((end) => `ln -sf ../../sbin/${tool}-legacy${end} /usr/local/sbin/${tool}${end}`),
  );
  await must(host, links.join(" && "));
}

const KINDS = FLOODS.flatMap(({ port }) => FAMILIES.map((family) => ({ port, family, key: `${port}-${family}` })));

const countBy = (name: string, end: string): string =>
  KINDS.map(({ port, family, key }) => `meta nfproto ipv${family} udp dport ${port} counter name ${name}-${key} ${end}`).join("\n"); // prettier-ignore

const COUNTERS = `
table inet watch {
  ${KINDS.map(({ key }) => `counter sent-${key} {}\ncounter passed-${key} {}`).join("\n")}
  chain before { type filter hook prerouting priority -400; ${countBy("sent", "")}
  }
  chain behind { type filter hook input priority 400; ${countBy("passed", "drop")}
  }
}
`;

async function counted(host: LabHost): Promise<Flooded[]> {
  const listed = await must(host, "nft list counters table inet watch");
  const found = [...listed.matchAll(/counter (\S+) \{\s+packets (\d+)/g)];
  const counters = new Map(found.map(([, name, packets]) => [name, Number(packets)]));
  return FLOODS.flatMap(({ what, port, allowed }) =>
    FAMILIES.map((family) => {
      const sent = counters.get(`sent-${port}-${family}`) ?? NaN;
      const passed = counters.get(`passed-${port}-${family}`) ?? NaN;
      return { what: `IPv${family}, ${what}`, sent, wrong: allowed ? sent - passed : passed };
    }),
  );
}

async function macOf(machine: Machine): Promise<string> {
  return (await machine.readFile("/sys/class/net/wan0/address")).trim();
}

async function must(machine: Machine, command: string | readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await machine.exec(command, {
    timeoutMs: 3_600_000,
    ...(input !== undefined && { input }),
  });
  if (code !== 0) throw new Error(`${machine.name}: ${stderr}`);
  return stdout;
}
