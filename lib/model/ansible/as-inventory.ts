import { explainValue, type Mistake } from "../explain-issues";
import { show, type Finding } from "../findings";
import { FindingsError } from "../findings-error";
import type { InventoryInput } from "../inventory";
import { hostName } from "../target";
import { connectionOf, type Connection } from "./connection";
import type { AnsibleContent, Variables } from "./content";
import { flatGroups } from "./groups";
import { readAnsibleIni } from "./ini";
import { addVariableFiles, type ReadBeside } from "./variable-files";
import { readAnsibleYaml } from "./yaml";

/** An Ansible inventory in the form of ours. */
export interface AnsibleInventory {
  readonly inventory: InventoryInput;
  /** What could not be taken over, as sentences for whoever reads them. */
  readonly notes: readonly string[];
}

/**
 * Reads an Ansible inventory in INI or YAML, with the `group_vars` and `host_vars` beside it.
 * @throws FindingsError `invalid-inventory` with all mistakes
 */
export function readAnsible(text: string, file: string, beside: ReadBeside = () => undefined): AnsibleInventory {
  const content = isYaml(text, file) ? readAnsibleYaml(text, file) : readAnsibleIni(text, file);
  addVariableFiles(content, beside);
  const { findings } = content;
  if (content.hosts.size === 0 && findings.length === 0) {
    findings.push({ origin: { path: file, file }, problem: "the inventory has no hosts" });
  }
  const read = inOurForm(content, file, findings);
  if (findings.length === 0) return read;
  throw new FindingsError("invalid-inventory", `the Ansible inventory ${show(file)}`, findings);
}

/** A file without an ending is YAML where its first words are those of YAML. */
function isYaml(text: string, file: string): boolean {
  if (/\.(ya?ml|json)$/i.test(file)) return true;
  const first = text.split("\n").find((line) => line.trim() !== "" && !/^\s*[#;]/.test(line)) ?? "";
  return !/\.ini$/i.test(file) && /^(---|[\w.-]+:\s*(#.*)?$|\{)/.test(first);
}

function inOurForm(content: AnsibleContent, file: string, findings: Finding[]): AnsibleInventory {
  const notes = new Set<string>();
  const read = (who: string, variables: Variables): Connection => {
    const connection = connectionOf(variables, (mistake: Mistake) => {
      findings.push({ ...mistake, origin: { path: `${file}:${who}`, file } });
    });
    for (const name of connection.secrets) notes.add(`\`${name}\` is left out: an inventory holds no secret`);
    for (const name of connection.unknown) notes.add(`\`${name}\` is kept as a variable, and not followed`);
    return connection;
  };
  const groups = flatGroups(content);
  const all = read("all", content.groups.get("all")?.variables ?? {});
  const ofGroup = new Map(groups.names.map((name) => [name, read(name, content.groups.get(name)?.variables ?? {})]));
  const hosts = [...content.hosts].map(([name, variables]) => {
    const mistake = explainValue(hostName, name, "name for a host");
    if (mistake !== undefined) findings.push({ ...mistake, origin: { path: `${file}:${name}`, file } });
    const own = read(name, variables);
    const listed = groups.of(name);
    const layers = [all, ...listed.flatMap((group) => ofGroup.get(group) ?? []), own];
    const address = layers.map((layer) => layer.address).findLast((one) => one !== undefined);
    return [
      name,
      {
        ...(address !== undefined && address !== name && { address }),
        ...(listed.length > 0 && { groups: [...listed] }),
        ...own.settings,
      },
    ] as const;
  });
  const inventory: InventoryInput = {
    ...(Object.keys(all.settings).length > 0 && { defaults: all.settings }),
    ...(ofGroup.size > 0 && { groups: Object.fromEntries([...ofGroup].map(([name, one]) => [name, one.settings])) }),
    hosts: Object.fromEntries(hosts),
  };
  return { inventory, notes: [...notes] };
}
