import type { Chain, Match } from "./ruleset";

/** Every rule counts the connections of its own: iptables can do nothing else, and both backends mean the same. */
export function countedApart(chains: readonly Chain[]): readonly Chain[] {
  let count = 0;
  const apart = (match: Match): Match =>
    match.kind === "connections" ? { ...match, name: `${match.name}-${count++}` } : match;
  return chains.map((chain) =>
    chain.rules.some(({ matches }) => matches.some(({ kind }) => kind === "connections"))
      ? { ...chain, rules: chain.rules.map((rule) => ({ ...rule, matches: rule.matches.map(apart) })) }
      : chain,
  );
}
