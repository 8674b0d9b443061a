import type { Chain, Hook, Rule, RuleOrigin, Ruleset } from "../../compile/ruleset";
import { forwards } from "../../compile/forwards";
import { originInWords, quotedOrigins } from "../comment";
import { chainNames } from "./chain-names";
import { printMatch, type Fragment, type MatchContext } from "./matches";
import { renderPairSets } from "./pair-sets";
import { plainWord, quoteComment } from "./quote";
import { addressTests, renderLiveSets, renderSets } from "./sets";
import { printVerdict, type VerdictContext } from "./verdicts";

/** A text for one of the kernel's loaders, by its file name in the bundle. */
export type Texts = Readonly<Record<"ipset" | "iptables.v4" | "iptables.v6", string>>;

const TABLE: Readonly<Record<Hook, "filter" | "nat">> = {
  prerouting: "nat",
  input: "filter",
  forward: "filter",
  output: "filter",
  postrouting: "nat",
};

/**
 * Ruleset → texts for `iptables-restore --noflush`, `ip6tables-restore --noflush` and `ipset restore`.
 * Four kinds of comment lines are read by the runtime on the host, which alone knows what is there:
 *
 *     #hook INPUT CDKFW-INPUT           enter our chain first thing in the kernel's own one
 *     #unless-bridge eth0 -A CDKFW-…    the rule, only where the interface is no bridge
 *     #forwards                         something is let through the host
 *     #need DOCKER-USER                 the chain of Docker that is ours to fill, made where Docker has not yet
 */
export function renderIptables(ruleset: Ruleset): Texts {
  const addressTest = addressTests(ruleset.sets);
  const context = { addressTest, chainNames: chainNames(ruleset.chains), commentOf: quotedOrigins(quoteComment) };
  return {
    ipset:
      renderSets(ruleset.sets, addressTest) + renderPairSets(ruleset.chains, originInWords) + renderLiveSets(ruleset),
    "iptables.v4": renderFamily(ruleset, { ...context, family: 4 }),
    "iptables.v6": renderFamily(ruleset, { ...context, family: 6 }),
  };
}

interface Context extends MatchContext, VerdictContext {
  readonly commentOf: (origin: RuleOrigin) => string;
}

function renderFamily(ruleset: Ruleset, context: Context): string {
  const tables = (["nat", "filter"] as const).map((table) => {
    const chains = ruleset.chains.filter(({ hook }) => (hook === undefined ? "filter" : TABLE[hook]) === table);
    return chains.length === 0 ? "" : renderTable(table, chains, context, ruleset.docker !== undefined);
  });
  return `${forwards(ruleset) ? "#forwards\n" : ""}${tables.join("")}`;
}

function renderTable(table: string, chains: readonly Chain[], context: Context, docker: boolean): string {
  const lines = [`*${table}`];
  for (const { name } of chains) lines.push(`:${context.chainNames(name)} - [0:0]`);
  for (const { name, hook } of chains) {
    if (hook === undefined) continue;
    lines.push(`#hook ${hook.toUpperCase()} ${context.chainNames(name)}`);
    // Docker puts its rules before all others in FORWARD, but for the jump to this chain, which it keeps in front.
    if (docker && hook === "forward") lines.push("#need DOCKER-USER", `#hook DOCKER-USER ${context.chainNames(name)}`);
  }
  for (const { name, rules } of chains) {
    const chain = context.chainNames(name);
    for (const rule of rules) lines.push(...renderRule(chain, rule, context));
  }
  lines.push("COMMIT\n");
  return lines.join("\n");
}

/** Every combination of the matches' alternatives is a rule of its own. */
function renderRule(chain: string, rule: Rule, context: Context): string[] {
  if (rule.family !== undefined && rule.family !== context.family) return [];
  let alternatives: Fragment[] = [ANYTHING];
  for (const match of rule.matches) {
    const printed = printMatch(match, context);
    alternatives = alternatives.flatMap((before) => printed.map((fragment) => joined(before, fragment)));
  }
  const end = ` -m comment --comment ${context.commentOf(rule.origin)} ${printVerdict(rule.verdict, context)}`;
  const prefix = rule.unlessBridge === undefined ? "" : `#unless-bridge ${plainWord(rule.unlessBridge)} `;
  return alternatives.map(({ protocol, words }) => {
    return `${prefix}-A ${chain}${protocol === undefined ? "" : ` -p ${protocol}`}${words}${end}`;
  });
}

const ANYTHING: Fragment = { words: "" };

function joined(a: Fragment, b: Fragment): Fragment {
  if (a === ANYTHING) return b;
  if (a.protocol === undefined) return { ...b, words: a.words + b.words };
  if (b.protocol !== undefined && a.protocol !== b.protocol) {
    throw new Error(`invariant: a rule matches two protocols, ${a.protocol} and ${b.protocol}`);
  }
  return { protocol: a.protocol, words: a.words + b.words };
}
