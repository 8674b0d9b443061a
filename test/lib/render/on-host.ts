import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../../lib/bundle/read";
import { deployHost } from "../../../lib/deploy/handshake";
import type { RuleEntry } from "../../../lib/model/policy";
import type { LabHost } from "../../../lib/sandbox";
import { synthesize } from "../../../lib/synth/synthesize";
import { policyOf, rule, type PolicyParts } from "../../fixtures/policy";

/** Without it a deployer locks himself out, and is rolled back. */
export const SSH_FROM_MANAGEMENT: RuleEntry = rule("accept", "mgmt", "host", { services: ["ssh"], id: "ssh" });

/** Brings a policy to a lab host as a user does: bundle, SSH, handshake. `mgmt` and its SSH are added. */
export async function deploy(host: LabHost, parts: PolicyParts): Promise<void> {
  const policy = policyOf({
    ...parts,
    host: host.name,
    zones: { mgmt: ["eth0"], ...parts.zones },
    entries: [SSH_FROM_MANAGEMENT, ...(parts.entries ?? [])],
    target: {
      address: host.address,
      user: "root",
      identityFiles: [host.ssh.identityFile],
      knownHostsFiles: [host.ssh.knownHostsFile],
    },
  });
  const output = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const [written] = synthesize([policy], output, "lab");
    const outcome = await deployHost(readBundle(written?.folder ?? ""), { connection: { configFile: null } });
    if (outcome.outcome !== "committed" && outcome.outcome !== "unchanged") throw new Error(JSON.stringify(outcome));
  } finally {
    rmSync(output, { recursive: true });
  }
}

/**
 * How many packets met the rules that hold these words, by either backend. A rule of nftables that is for both families
 * counts for each.
 */
export async function packetsAt(host: LabHost, family: 4 | 6, words: string): Promise<number> {
  const { stdout } = await host.exec(
    `${family === 4 ? "iptables" : "ip6tables"}-save -c; nft list table inet cdkfw 2>/dev/null; true`,
  );
  const other = family === 4 ? /^\s*(meta nfproto ipv6|.*\b(ip6|icmpv6) )/ : /^\s*(meta nfproto ipv4|.*\b(ip|icmp) )/;
  const matching = stdout
    .split("\n")
    .filter((line) => line.includes(words) && !other.test(line.split(" comment ")[0] ?? ""));
  return matching.reduce(
    (sum, line) => sum + Number(/^\[(\d+):|counter packets (\d+)/.exec(line)?.slice(1).find(Boolean) ?? 0),
    0,
  );
}

export const BACKENDS = ["iptables", "nftables"] as const;
