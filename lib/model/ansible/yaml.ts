import { isRecord } from "../document-reader";
import { show } from "../findings";
import type { Json } from "../inventory-node";
import { readYaml, type YamlDocument } from "../yaml-document";
import { AnsibleContent, type Variables } from "./content";
import { expandHosts } from "./host-range";

type Path = readonly string[];
const PARTS = ["hosts", "children", "vars"];

/** Reads an Ansible inventory in YAML: groups with `hosts`, `children` and `vars`. */
export function readAnsibleYaml(text: string, file: string): AnsibleContent {
  const document = readYaml(text, file);
  const content = new AnsibleContent();
  content.findings.push(...document.findings);
  if (document.findings.length > 0) return content;
  const read = new YamlGroups(document, content);
  if (isRecord(document.value))
    for (const [name, group] of Object.entries(document.value)) read.group(name, group, [name]);
  else read.complain([], "the inventory is empty, or no map", "a map of groups, such as `all: { hosts: { web-1: } }`");
  return content;
}

class YamlGroups {
  constructor(
    private readonly document: YamlDocument,
    private readonly content: AnsibleContent,
  ) {}

  complain(path: Path, problem: string, allowed: string): void {
    this.content.findings.push({ problem, allowed, origin: this.document.originOf(path, "key") });
  }

  group(name: string, value: unknown, path: Path): void {
    const group = this.content.group(name);
    if (value === null) return;
    if (!isRecord(value)) return this.complain(path, `the group ${show(name)} is no map`, PARTS.map(show).join(", "));
    for (const [part, given] of Object.entries(value)) {
      if (given === null) continue;
      const here = [...path, part];
      if (!PARTS.includes(part)) this.complain(here, `${show(part)} is no part of a group`, PARTS.map(show).join(", "));
      else if (!isRecord(given)) this.complain(here, `${show(part)} is no map`, "`name: value` for each");
      else if (part === "vars") group.variables = { ...group.variables, ...(given as Variables) };
      else if (part === "hosts") this.#hosts(name, given, here);
      else {
        for (const [child, inside] of Object.entries(given)) {
          group.children.add(child);
          this.group(child, inside, [...here, child]);
        }
      }
    }
  }

  #hosts(group: string, given: Readonly<Record<string, unknown>>, path: Path): void {
    for (const [pattern, variables] of Object.entries(given)) {
      const hosts = expandHosts(pattern);
      if (hosts === undefined || (variables !== null && !isRecord(variables))) {
        this.complain(
          [...path, pattern],
          `${show(pattern)} is no host with variables`,
          "`web[01:03]: { name: value }`",
        );
        continue;
      }
      for (const host of hosts) this.content.addHost(host, group, (variables ?? {}) as Record<string, Json>);
    }
  }
}
