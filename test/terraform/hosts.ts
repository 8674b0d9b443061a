import type { LabHost } from "../../lib/sandbox/host";

/** Our rules in a host's kernel, without the counters, as both families have them. */
export async function ourRules(host: LabHost): Promise<string> {
  const { stdout } = await host.exec("iptables-save; ip6tables-save");
  const ours = stdout.split("\n").filter((line) => line.includes("CDKFW"));
  return ours.map((line) => line.replace(/ \[\d+:\d+\]$/, "")).join("\n");
}
