import type { Ruleset } from "./ruleset";

/** Whether an entry, or the default of a zone, lets anything through the host from one interface to another. */
export function forwards({ chains }: Ruleset): boolean {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const reached = new Set(chains.filter(({ name }) => name.startsWith("forward/")));
  // A set grows while it is walked.
  for (const { rules } of reached) {
    for (const { verdict } of rules) {
      if (verdict.kind === "accept") return true;
      const next = verdict.kind === "jump" || verdict.kind === "goto" ? byName.get(verdict.chain) : undefined;
      if (next !== undefined) reached.add(next);
    }
  }
  return false;
}
