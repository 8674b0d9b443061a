import type { Family } from "../../model/addresses";
import type { Chain, Hook, Rule, RuleOrigin, Ruleset } from "../../compile/ruleset";
import { renderCounts } from "./counts";
import { printMatch, type Fragment } from "./matches";
import { TABLE, chainName } from "./names";
import { renderPairSets } from "./pair-sets";
import { quoteComment, quoteInterface } from "./quote";
import { addressTests, renderSets, type AddressTest } from "./sets";
import { isOfOneFamily, printVerdict } from "./verdicts";

/**
 * Before Docker's chains and everybody's at `filter`: in nftables a drop is final, and an accept ends this base chain
 * only. So ours denies before others are asked, and lets them decide about what it accepts.
 */
const BASE: Readonly<Record<Hook, string>> = {
  prerouting: "type nat hook prerouting priority dstnat - 1; policy accept;",
  input: "type filter hook input priority filter - 10; policy accept;",
  forward: "type filter hook forward priority filter - 10; policy accept;",
  output: "type filter hook output priority filter - 10; policy accept;",
  postrouting: "type nat hook postrouting priority srcnat - 1; policy accept;",
};

type AddressTests = (set: string, family: Family) => AddressTest;

/**
 * Ruleset → one file for `nft -f`: the table as it stood is deleted and made anew in one transaction, of both families,
 * sets and all. A line `#unless-bridge eth0 …` is read by the runtime on the host, which alone knows whether the
 * interface is a bridge.
 */
export function renderNftables(ruleset: Ruleset): Readonly<Record<"nftables", string>> {
  const tests = addressTests(ruleset.sets);
  const lines = [
    `table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    ...renderSets(ruleset.sets),
    ...renderPairSets(ruleset.chains, inWords),
    ...renderCounts(ruleset.chains),
    ...inOrderOfUse(ruleset.chains).flatMap((chain) => renderChain(chain, tests)),
    "}",
  ];
  return { nftables: `${lines.join("\n")}\n` };
}

/** Chains come before those that jump to them, as `nft` lists them too. */
function inOrderOfUse(chains: readonly Chain[]): Chain[] {
  return [...chains].reverse();
}

function renderChain({ name, hook, rules }: Chain, tests: AddressTests): string[] {
  return [
    `\tchain ${chainName(name)} {`,
    ...(hook === undefined ? [] : [`\t\t${BASE[hook]}`]),
    ...withDispatch(rules)
      .flatMap((rule) => (typeof rule === "string" ? [rule] : renderRule(rule, tests)))
      .map((line) => `\t\t${line}`),
    "\t}",
  ];
}

/** Neighbours that do nothing but jump by interface become one lookup in a map. */
function withDispatch(rules: readonly Rule[]): (Rule | string)[] {
  const result: (Rule | string)[] = [];
  let run: Rule[] = [];
  const flush = (): void => {
    const [first] = run;
    if (first === undefined) return;
    if (run.length === 1) result.push(first);
    else result.push(`${dispatchField(first) ?? ""} vmap { ${run.map(dispatchElement).join(", ")} }`);
    run = [];
  };
  const seen = new Set<string>();
  for (const rule of rules) {
    const field = dispatchField(rule);
    const [before] = run;
    const key = field === undefined ? "" : (dispatchElement(rule).split(" : ")[0] ?? "");
    if (field === undefined || (before !== undefined && dispatchField(before) !== field) || seen.has(key)) {
      flush();
      seen.clear();
    }
    if (field === undefined) result.push(rule);
    else {
      run.push(rule);
      seen.add(key);
    }
  }
  flush();
  return result;
}

function dispatchField({ matches, verdict, family, unlessBridge }: Rule): "iifname" | "oifname" | undefined {
  const [match] = matches;
  if (matches.length !== 1 || match === undefined || family !== undefined || unlessBridge !== undefined)
    return undefined;
  if (verdict.kind !== "jump") return undefined;
  if ((match.kind === "in-interface" || match.kind === "out-interface") && match.name.endsWith("*")) return undefined;
  if (match.kind === "in-interface") return "iifname";
  return match.kind === "out-interface" ? "oifname" : undefined;
}

function dispatchElement({ matches, verdict }: Rule): string {
  const [match] = matches;
  const name = match?.kind === "in-interface" || match?.kind === "out-interface" ? match.name : "";
  return `${quoteInterface(name)} : ${printVerdict(verdict)}`;
}

/** Every combination of the matches' alternatives, of one family at a time, is a rule of its own. */
function renderRule(rule: Rule, tests: AddressTests): string[] {
  let alternatives: Fragment[] = [{ words: "", ...(rule.family !== undefined && { family: rule.family }) }];
  for (const match of rule.matches) {
    const printed = printMatch(match, tests);
    alternatives = alternatives.flatMap((before) => printed.flatMap((fragment) => joined(before, fragment) ?? []));
  }
  if (isOfOneFamily(rule.verdict)) alternatives = alternatives.flatMap(ofOneFamily);
  const prefix = rule.unlessBridge === undefined ? "" : `#unless-bridge ${rule.unlessBridge} `;
  return alternatives.map(({ family, tellsFamily, words }) => {
    const told = family === undefined || tellsFamily === true ? "" : `meta nfproto ipv${family} `;
    const matched = `${told}${words}`.trim();
    return `${prefix}${matched}${matched === "" ? "" : " "}counter ${printVerdict(rule.verdict, family)} comment ${quoteComment(inWords(rule.origin))}`;
  });
}

function ofOneFamily(fragment: Fragment): Fragment[] {
  return fragment.family === undefined
    ? [
        { ...fragment, family: 4 },
        { ...fragment, family: 6 },
      ]
    : [fragment];
}

function joined(a: Fragment, b: Fragment): Fragment | undefined {
  if (a.family !== undefined && b.family !== undefined && a.family !== b.family) return undefined;
  const family = a.family ?? b.family;
  return {
    ...(family !== undefined && { family }),
    tellsFamily: a.tellsFamily === true || b.tellsFamily === true,
    words: [a.words, b.words].filter((part) => part !== "").join(" "),
  };
}

/** File and line are left out: code that moves in its file must not change the host. */
function inWords(origin: RuleOrigin): string {
  return origin.kind === "implicit"
    ? `cdkfw: ${origin.reason}`
    : `${origin.words.replace(/ {2,}/g, " ")} [${origin.origin.path}]`;
}
