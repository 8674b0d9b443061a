import type { LabHost } from "../../lib/sandbox/host";

/**
 * Our rules in a host's kernel, without the counters; empty where there are none. A rollback may change the order of the
 * chains, which has no meaning: here they are sorted.
 */
export async function ourRules(host: LabHost): Promise<string> {
  const { stdout } = await host.exec("nft -s list table inet cdkfw 2>/dev/null");
  const blocks = stdout.replace(/^\t\}\n\n?/gm, "\t}\n\n").split("\n\n");
  return blocks.map((block) => block.replace(/^table .*\n/, "").replace(/\n\}\s*$/, "")).sort().join("\n\n"); // prettier-ignore
}
