import type { LabHost } from "./host";

/** The lab's hosts as an inventory of cdkfw. JSON strings are YAML strings, so nothing needs more quoting than that. */
export function inventoryText(hosts: readonly LabHost[]): string {
  const text = (value: string | readonly string[]) => JSON.stringify(value);
  const lines = hosts.flatMap(({ name, address, groups, ssh }) => [
    `  ${name}:`,
    `    address: ${text(address)}`,
    `    groups: ${text(groups)}`,
    `    ssh:`,
    `      user: ${text(ssh.user)}`,
    `      port: ${ssh.port}`,
    `      identityFiles: ${text([ssh.identityFile])}`,
    `      knownHostsFiles: ${text([ssh.knownHostsFile])}`,
  ]);
  const declared = [...new Set(hosts.flatMap(({ groups }) => groups))].map((group) => `  ${text(group)}: {}`);
  const named = declared.length === 0 ? [] : ["groups:", ...declared];
  return [...named, "hosts:", ...lines, ""].join("\n");
}
