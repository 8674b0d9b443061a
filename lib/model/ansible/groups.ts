import type { AnsibleContent } from "./content";

/** Groups that are there in every inventory, and say nothing about a host. */
const GIVEN = new Set(["all", "ungrouped"]);

/** The groups of an inventory as our form has them: without groups below groups. */
export interface FlatGroups {
  /** In the order of the document, without `all`, which is the defaults. */
  readonly names: readonly string[];
  /** The groups of a host, those above them included. A later one goes before an earlier one: the deeper, as in Ansible. */
  of(host: string): readonly string[];
}

export function flatGroups({ groups }: AnsibleContent): FlatGroups {
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  const above = (name: string, way: readonly string[] = []): readonly string[] =>
    (parents.get(name) ?? [])
      .filter((one) => !way.includes(one))
      .flatMap((one) => [one, ...above(one, [...way, name])]);
  const depth = (name: string, way: readonly string[] = []): number =>
    GIVEN.has(name)
      ? 0
      : 1 +
        Math.max(
          0,
          ...(parents.get(name) ?? []).filter((one) => !way.includes(one)).map((one) => depth(one, [...way, name])),
        );
  const names = [...groups].filter(([name, { variables }]) => isMeant(name, variables)).map(([name]) => name);
  const rank = new Map(names.map((name) => [name, depth(name)]));
  return {
    names,
    of: (host) => {
      const own = [...groups].filter(([, { hosts }]) => hosts.has(host)).map(([name]) => name);
      const all = new Set(own.flatMap((name) => [name, ...above(name)]));
      return names
        .filter((name) => all.has(name))
        .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || (a < b ? -1 : 1));
    },
  };
}

/** `ungrouped` matters only where it says something. */
function isMeant(name: string, variables: object): boolean {
  return name === "ungrouped" ? Object.keys(variables).length > 0 : name !== "all";
}
