import type { Mistake } from "./explain-issues";
import { show } from "./findings";
import type { InventoryNode } from "./inventory-node";
import type { JumpHop } from "./target";

type Resolved = { hosts: InventoryNode[]; mistakes: (Mistake & { host: string })[] };

/**
 * Puts hosts of the inventory into the place of their names in `jump`. The first hop brings its own jumps with it, as
 * in ssh. A host through which it would reach itself is reached directly up to there: so the jump host of all hosts can
 * stand in `defaults`.
 */
export function resolveJumps(nodes: readonly InventoryNode[]): Resolved {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const mistakes: Resolved["mistakes"] = [];
  const wayTo = (node: InventoryNode, passed: readonly string[]): JumpHop[] => {
    const listed = node.jump ?? [];
    const itself = listed.findLastIndex((hop) => isBare(hop) && hop.address === node.name);
    const [first, ...others] = listed.slice(itself + 1);
    if (first === undefined) return [];
    return [...hopsFor(first, [...passed, node.name]), ...others.map((hop) => asHop(hop))];
  };
  const hopsFor = (hop: JumpHop, passed: readonly string[]): JumpHop[] => {
    const node = isBare(hop) ? byName.get(hop.address) : undefined;
    if (node === undefined) return [hop];
    if (passed.includes(node.name)) {
      const circle = [...passed.slice(passed.indexOf(node.name)), node.name].map(show).join(" → ");
      mistakes.push({
        host: passed[0] ?? node.name,
        problem: `the jump hosts go in a circle: ${circle}`,
        fix: "let one of them be reached directly: `jump: []`",
      });
      return [hop];
    }
    return [...wayTo(node, passed), asHop(hop)];
  };
  const asHop = (hop: JumpHop): JumpHop => {
    const node = isBare(hop) ? byName.get(hop.address) : undefined;
    return node === undefined ? hop : hopTo(node);
  };
  const hosts = nodes.map((node) => (node.jump === undefined ? node : { ...node, jump: wayTo(node, []) }));
  return { hosts, mistakes };
}

/** A hop that says no more than where it is may be the name of a host. */
const isBare = (hop: JumpHop): boolean => Object.keys(hop).length === 1;

/** How a host is reached, as a hop on the way to another one. */
export function hopTo(node: InventoryNode): JumpHop {
  const { address, port, user, identityFiles, knownHostsFiles, hostKeys } = node;
  return {
    address,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(identityFiles !== undefined && { identityFiles }),
    ...(knownHostsFiles !== undefined && { knownHostsFiles }),
    ...(hostKeys !== undefined && { hostKeys }),
  };
}
