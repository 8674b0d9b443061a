import type { Finding } from "../findings";
import type { Json } from "../inventory-node";

export type Variables = Readonly<Record<string, Json>>;

/** A group of an Ansible inventory: its own hosts, the groups below it, and what it says about them all. */
export interface AnsibleGroup {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  variables: Variables;
}

/** An Ansible inventory as it was read, whichever its form: hosts and groups in the order of the document. */
export class AnsibleContent {
  readonly hosts = new Map<string, Variables>();
  readonly groups = new Map<string, AnsibleGroup>();
  readonly findings: Finding[] = [];

  group(name: string): AnsibleGroup {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group = { hosts: new Set<string>(), children: new Set<string>(), variables: {} };
    this.groups.set(name, group);
    return group;
  }

  /** A host may be named several times: what is said later goes before what was said earlier. */
  addHost(name: string, group: string, variables: Variables): void {
    this.hosts.set(name, { ...this.hosts.get(name), ...variables });
    this.group(group).hosts.add(name);
  }
}
