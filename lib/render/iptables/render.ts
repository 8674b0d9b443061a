import type { Chain, Hook, Rule, RuleOrigin, Ruleset } from "../../compile/ruleset";
import { chainName, checkChainNames } from "./chain-names";
import { printMatch, type Context, type Fragment } from "./matches";
import { plainWord, quoteComment } from "./quote";
import { addressTests, renderSets } from "./sets";
import { printVerdict } from "./verdicts";

/** A text for one of the kernel's loaders, by its file name in the bundle. */
export type Texts = Readonly<Record<"ipset" | "iptables.v4" | "iptables.v6", string>>;

const TABLE: Readonly<Record<Hook, "filter" | "nat">> = {
  input: "filter",
  forward: "filter",
  output: "filter",
  postrouting: "nat",
};

/**
 * Ruleset → texts for `iptables-restore --noflush`, `ip6tables-restore --noflush` and `ipset restore`.
 * Two kinds of comment lines are read by the runtime on the host, which alone knows what is there:
 *
 *     #hook INPUT CDKFW-INPUT           enter our chain first thing in the kernel's own one
 *     #unless-bridge eth0 -A CDKFW-…    the rule, only where the interface is no bridge
 */
export function renderIptables(ruleset: Ruleset): Texts {
  const addressTest = addressTests(ruleset.sets);
  checkChainNames(ruleset.chains);
  return {
    ipset: renderSets(ruleset.sets),
    "iptables.v4": renderFamily(ruleset, { family: 4, addressTest }),
    "iptables.v6": renderFamily(ruleset, { family: 6, addressTest }),
  };
}

function renderFamily(ruleset: Ruleset, context: Context): string {
  const tables = (["nat", "filter"] as const).map((table) => {
    const chains = ruleset.chains.filter(({ hook }) => (hook === undefined ? "filter" : TABLE[hook]) === table);
    return chains.length === 0 ? "" : renderTable(table, chains, context);
  });
  return tables.join("");
}

function renderTable(table: string, chains: readonly Chain[], context: Context): string {
  const lines = [
    `*${table}`,
    ...chains.map(({ name }) => `:${chainName(name)} - [0:0]`),
    ...chains.flatMap(({ name, hook }) =>
      hook === undefined ? [] : [`#hook ${hook.toUpperCase()} ${chainName(name)}`],
    ),
    ...chains.flatMap(({ name, rules }) => rules.flatMap((rule) => renderRule(chainName(name), rule, context))),
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}

/** Every combination of the matches' alternatives is a rule of its own. */
function renderRule(chain: string, rule: Rule, context: Context): string[] {
  if (rule.family !== undefined && rule.family !== context.family) return [];
  let alternatives: Fragment[] = [{ words: [] }];
  for (const match of rule.matches) {
    const printed = printMatch(match, context);
    alternatives = alternatives.flatMap((before) => printed.map((fragment) => joined(before, fragment)));
  }
  const end = `-m comment --comment ${quoteComment(inWords(rule.origin))} ${printVerdict(rule.verdict, context.family)}`;
  const prefix = rule.unlessBridge === undefined ? "" : `#unless-bridge ${plainWord(rule.unlessBridge)} `;
  return alternatives.map(({ protocol, words }) => {
    const matched = [...(protocol === undefined ? [] : ["-p", protocol]), ...words];
    return `${prefix}-A ${[chain, ...matched, end].join(" ")}`;
  });
}

function joined(a: Fragment, b: Fragment): Fragment {
  if (a.protocol !== undefined && b.protocol !== undefined && a.protocol !== b.protocol) {
    throw new Error(`invariant: a rule matches two protocols, ${a.protocol} and ${b.protocol}`);
  }
  const protocol = a.protocol ?? b.protocol;
  return { ...(protocol !== undefined && { protocol }), words: [...a.words, ...b.words] };
}

/** File and line are left out: code that moves in its file must not change the host. */
function inWords(origin: RuleOrigin): string {
  return origin.kind === "implicit"
    ? `cdkfw: ${origin.reason}`
    : `${origin.words.replace(/ {2,}/g, " ")} [${origin.origin.path}]`;
}
