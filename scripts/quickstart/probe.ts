import pc from "picocolors";
import type { Lab } from "../../lib/sandbox";
import { probesOf, type Case } from "./cases";

const COLOUR = { accept: pc.green, reject: pc.yellow, drop: pc.yellow, error: pc.red } as const;

/** Sends the packets from outside, prints what became of them, and fails where that is not what the policy says. */
export async function probe(lab: Lab, cases: readonly Case[]): Promise<void> {
  const probes = cases.flatMap((given) => probesOf(given, lab.host(given.host)));
  const verdicts = await lab.client.probe(probes);
  console.log(pc.dim("host   from      service             IPv4    IPv6"));
  let wrong = 0;
  cases.forEach(({ host, from, service, port, expected }, index) => {
    const found = [verdicts[2 * index]?.verdict ?? "error", verdicts[2 * index + 1]?.verdict ?? "error"] as const;
    const right = found.every((verdict) => verdict === expected);
    if (!right) wrong += 1;
    const cells = found.map((verdict) => COLOUR[verdict](verdict.padEnd(6))).join("  ");
    const remark = right ? "" : pc.red(`  the policy says ${expected}`);
    console.log(`${host.padEnd(5)}  ${from.padEnd(8)}  ${`${service} (tcp ${port})`.padEnd(18)}  ${cells}${remark}`);
  });
  if (wrong > 0) throw new Error(`${wrong} of ${cases.length} verdicts are not the policy's`);
  console.log(`all ${probes.length} verdicts are the policy's`);
}
