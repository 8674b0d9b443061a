import { isRecord } from "../document-reader";
import { readYaml } from "../yaml-document";
import type { AnsibleContent, Variables } from "./content";

/** The text of a file beside the inventory, such as `group_vars/web.yml`; nothing where there is none. */
export type ReadBeside = (file: string) => string | undefined;

const ENDINGS = ["", ".yml", ".yaml", ".json"];
const ENCRYPTED = "$ANSIBLE_VAULT";

/** Adds what `group_vars` and `host_vars` say, which goes before the inventory itself. Encrypted files are left out. */
export function addVariableFiles(content: AnsibleContent, beside: ReadBeside): void {
  const variablesOf = (stem: string): Variables => {
    const file = ENDINGS.map((ending) => `${stem}${ending}`).find((name) => beside(name) !== undefined);
    const text = file === undefined ? undefined : beside(file);
    if (file === undefined || text === undefined || text.startsWith(ENCRYPTED)) return {};
    const document = readYaml(text, file);
    content.findings.push(...document.findings);
    return isRecord(document.value) ? (document.value as Variables) : {};
  };
  content.group("all");
  for (const [name, group] of content.groups) {
    group.variables = { ...group.variables, ...variablesOf(`group_vars/${name}`) };
  }
  for (const [name, variables] of content.hosts) {
    content.hosts.set(name, { ...variables, ...variablesOf(`host_vars/${name}`) });
  }
}
