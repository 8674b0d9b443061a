import type { LabHost } from "../../lib/sandbox/host";

/** Our rules in a host's kernel, without the counters; empty where there are none. */
export async function ourRules(host: LabHost): Promise<string> {
  return (await host.exec("nft -s list table inet cdkfw 2>/dev/null")).stdout;
}
