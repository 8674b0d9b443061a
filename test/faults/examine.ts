import type { Outcome } from "../../lib/deploy/outcome";
import type { HostStatus } from "../../lib/deploy/status";
import type { Lab, LabHost, Probe } from "../../lib/sandbox";
import { foreignRules, ourRules, statusOf } from "../fixtures/deployment";
import { FORBIDDEN_PORT, NEW_PORT, OLD_PORT } from "./watch";

/** What stands on a host: one of the rulesets that there may be, or a mixture. */
export type Stands = "old" | "new" | "nothing" | "half";

/** Our rules, by whichever loader, as one text. */
export async function rulesOf(host: LabHost): Promise<string> {
  const table = (await host.exec("nft -s list table inet cdkfw 2>/dev/null")).stdout;
  return [...(await ourRules(host)), ...blocksOf(table)].join("\n").trim();
}

/** The sets and chains of our table in the order of their names; every second load puts `b.` before those of sets. */
function blocksOf(table: string): string[] {
  const inner = table.replace(/^table inet cdkfw \{\n/, "").replace(/\}\n$/, "");
  const blocks = inner.split(/(?<=\n\t\}\n)/).map((block) => block.trim().replace(/(@|\bset |\blimit )b\./g, "$1"));
  return blocks.filter((block) => block !== "").sort();
}

/** Rules that are not ours; they are gone after a restart. */
export const FOREIGN =
  "iptables -A INPUT -s 192.0.2.77 -j DROP; ip6tables -A FORWARD -s 2001:db8:bad::/48 -j DROP; " +
  "nft add table inet theirs; nft add chain inet theirs kept; nft flush chain inet theirs kept; nft add rule inet theirs kept counter";

export async function foreignOf(host: LabHost): Promise<string> {
  const table = (await host.exec("nft -s list table inet theirs 2>/dev/null")).stdout;
  return [...(await foreignRules(host)), table].join("\n");
}

export interface Known {
  readonly old: string;
  readonly new: string;
}

export interface Examined {
  readonly stands: Stands;
  readonly status: HostStatus;
  /** What is wrong, each in a sentence; nothing where all is well. */
  readonly faults: readonly string[];
}

/** Looks at a host from outside and from inside. */
export async function examine(lab: Lab, host: LabHost, known: Known): Promise<Examined> {
  const rules = await rulesOf(host);
  const stands: Stands =
    rules === "" ? "nothing" : rules === known.old ? "old" : rules === known.new ? "new" : "half"; // prettier-ignore
  const status = await statusOf(host);
  const faults: string[] =
    stands === "half" ? [`neither the old nor the new rules stand:\n${compareLines(known.old, rules)}`] : [];
  const expected = { old: status.generation, new: status.generation, nothing: null, half: undefined }[stands];
  if (status.state === "pending") faults.push("a change is still pending");
  if (expected !== undefined && status.generation !== expected) faults.push(`${stands} stands, and ${status.generation ?? "none"} is committed`); // prettier-ignore
  if (status.state === "committed" && status.intact !== true) faults.push("status says that the rules are not intact");
  const dst = host.wanAddress;
  const tcp = (port: number): Probe => ({ proto: "tcp", dst, port });
  const [ssh, forbidden, old, fresh] = await lab.client.probe([22, FORBIDDEN_PORT, OLD_PORT, NEW_PORT].map(tcp));
  const open = { old: [false, false, true, false], new: [false, false, false, true], nothing: [true, true, true, true], half: undefined }[stands]; // prettier-ignore
  const seen = [ssh, forbidden, old, fresh].map((verdict) => verdict?.verdict === "accept");
  if (open !== undefined && seen.join() !== open.join()) faults.push(`packets from outside say ${seen.join()}, not ${open.join()}`); // prettier-ignore
  return { stands, status, faults };
}

/** Whether the deployer was told what the host knows. `lines` are the history's new ones, oldest first. */
export function disagreement(
  told: Outcome["outcome"] | undefined,
  stands: Stands,
  before: Stands,
  lines: readonly string[],
): string | undefined {
  const last = lines.at(-1);
  const kept = stands === "new" ? "committed" : "rolled-back";
  if (stands === "new" && last !== "committed") return `the new rules stand, and the history says ${last ?? "nothing"}`;
  if (stands === before && last === "committed") return `${stands} stands, and the history says committed`;
  switch (told) {
    case undefined:
      return undefined;
    case "failed":
      return stands === before ? undefined : `the deployer was told "failed", and ${stands} stands`;
    case "committed":
    case "rolled-back":
      return told === kept && last === told
        ? undefined
        : `the deployer was told "${told}", ${stands} stands, and the history says ${last ?? "nothing"}`;
    default:
      return `the deployer was told "${told}"`;
  }
}

/** What went and what came, line by line. */
export function compareLines(before: string, after: string): string {
  const [was, is] = [before.split("\n"), after.split("\n")];
  const gone = was.filter((line) => !is.includes(line)).map((line) => `gone: ${line}`);
  const come = is.filter((line) => !was.includes(line)).map((line) => `came: ${line}`);
  return [...gone, ...come].join("\n") || "in another order or number";
}
