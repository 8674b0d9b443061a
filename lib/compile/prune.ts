import type { Chain, Rule } from "./ruleset";

/**
 * Leaves out what no packet can notice: jumps into chains without rules, and chains that nothing leads to.
 * Hooked chains stay, except the masquerading one where no rule marks a packet for it.
 */
export function prune(chains: readonly Chain[]): Chain[] {
  return withoutUnreached(withoutEmpty(chains));
}

function withoutEmpty(chains: readonly Chain[]): Chain[] {
  const kept = new Set(chains.flatMap(goals));
  const empty = new Set(chains.filter((chain) => isEmpty(chain) && !kept.has(chain.name)).map(({ name }) => name));
  if (empty.size === 0) return [...chains];
  const leadsSomewhere = ({ verdict }: Rule): boolean => verdict.kind !== "jump" || !empty.has(verdict.chain);
  return withoutEmpty(
    chains
      .filter(({ name }) => !empty.has(name))
      .map((chain) => ({ ...chain, rules: chain.rules.filter(leadsSomewhere) })),
  );
}

function isEmpty({ hook, rules }: Chain): boolean {
  return hook === undefined && rules.length === 0;
}

/** Who goes to a chain leaves its own for good, also where the goal is empty: such a chain is not idle. */
function goals({ rules }: Chain): string[] {
  return rules.flatMap(({ verdict }) => (verdict.kind === "goto" ? [verdict.chain] : []));
}

function withoutUnreached(chains: readonly Chain[]): Chain[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const reached = new Set<Chain>();
  const walk = (chain: Chain): void => {
    if (reached.has(chain)) return;
    reached.add(chain);
    for (const { verdict } of chain.rules) {
      if (verdict.kind !== "jump" && verdict.kind !== "goto") continue;
      const next = byName.get(verdict.chain);
      if (next === undefined) throw new Error(`invariant: chain ${verdict.chain} does not exist`);
      walk(next);
    }
  };
  const hooked = chains.filter(({ hook }) => hook !== undefined);
  hooked.filter(({ hook }) => hook !== "postrouting").forEach(walk);
  const marks = [...reached].some(({ rules }) => rules.some(({ verdict }) => verdict.kind === "mark-masquerade"));
  if (marks) hooked.forEach(walk);
  return chains.filter((chain) => reached.has(chain));
}
