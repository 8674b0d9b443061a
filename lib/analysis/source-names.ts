import type { Ruleset } from "../compile/ruleset";

/** What the numbers of new sources stand for: two versions of a ruleset may number them in different ways. */
export function sourceNames({ chains }: Ruleset): Map<number, string> {
  const names = new Map<number, string>([[0, "masquerade"]]);
  for (const { hook, rules } of chains) {
    if (hook !== "postrouting") continue;
    for (const { matches, verdict } of rules) {
      const mark = matches.find((match) => match.kind === "masquerade-mark");
      if (verdict.kind !== "snat" || mark?.kind !== "masquerade-mark" || mark.source === undefined) continue;
      names.set(mark.source, [verdict.v4, verdict.v6].filter((one) => one !== undefined).join(" "));
    }
  }
  return names;
}
