import type { Selectable } from "./host-selection";

/** Which hosts each stack has, by the stacks' names in their order. A stack that has lost all of its hosts stays. */
export type Assignment = ReadonlyMap<string, readonly string[]>;

/**
 * Gives each host that has no stack yet its place. A host that has one keeps it, whoever comes or goes: to Terraform
 * another stack is another machine. A new one goes where its group is and has room; the first of a group to where all of
 * the group fits, beside others if it must; and else to a stack of its own.
 */
export function spread(
  hosts: readonly Selectable[],
  before: Assignment,
  { size, name }: { readonly size: number; readonly name: (number: number) => string },
): Assignment {
  const known = new Map(hosts.map((host) => [host.name, host]));
  const stacks = new Map([...before].map(([stack, names]) => [stack, names.filter((one) => known.has(one))]));
  const placed = new Set([...stacks.values()].flat());
  const waiting = hosts.filter((host) => !placed.has(host.name));
  const groupOf = (host: string): string | undefined => known.get(host)?.groups[0];
  for (const [group, members] of byGroup(waiting)) {
    const left = members.map((host) => host.name);
    while (left.length > 0) {
      const found = placeFor(group, left.length, stacks, size, groupOf) ?? openStack(stacks, name);
      const taken = stacks.get(found) ?? [];
      stacks.set(found, [...taken, ...left.splice(0, size - taken.length)]);
    }
  }
  return stacks;
}

/** By their first group, in the order in which groups appear. */
function byGroup(hosts: readonly Selectable[]): Map<string | undefined, Selectable[]> {
  const groups = new Map<string | undefined, Selectable[]>();
  for (const host of hosts) {
    const members = groups.get(host.groups[0]);
    if (members === undefined) groups.set(host.groups[0], [host]);
    else members.push(host);
  }
  return groups;
}

/** The first with room that has the group already; else, of those that the whole group fits into, the fullest. */
function placeFor(
  group: string | undefined,
  count: number,
  stacks: ReadonlyMap<string, readonly string[]>,
  size: number,
  groupOf: (host: string) => string | undefined,
): string | undefined {
  const roomy = [...stacks].filter(([, hosts]) => hosts.length < size);
  const own = roomy.find(([, hosts]) => hosts.some((host) => groupOf(host) === group));
  if (own !== undefined) return own[0];
  const fitting = roomy.filter(([, hosts]) => hosts.length + count <= size);
  return fitting.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** The next number that no stack has had: the state of one that is gone may still be there under its name. */
function openStack(stacks: Map<string, readonly string[]>, name: (number: number) => string): string {
  let number = stacks.size + 1;
  while (stacks.has(name(number))) number++;
  stacks.set(name(number), []);
  return name(number);
}
