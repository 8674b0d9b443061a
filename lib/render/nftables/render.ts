import type { Chain, Hook, Rule, RuleOrigin, Ruleset } from "../../compile/ruleset";
import { forwards } from "../../compile/forwards";
import { quotedOrigins } from "../comment";
import { renderCounts } from "./counts";
import { PASS_BIT, printMatch, type Fragment, type MatchContext } from "./matches";
import { TABLE, chainName } from "./names";
import { renderPairSets } from "./pair-sets";
import { portLists, portTest, renderPortSets } from "./port-sets";
import { quoteComment } from "./quote";
import { addressTests, renderLiveSets, renderSets } from "./sets";
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

/**
 * Docker itself would drop some of what is accepted here: between its networks, with `icc: false`, and where nothing is
 * published. A bit of the mark tells its chains, where the runtime has them ask for it. What is left to Docker has none.
 */
const TELL_DOCKER = `meta mark set meta mark | ${PASS_BIT}`;

/** The chains by which packets pass on, and that accept. */
function passesOn(chain: string): boolean {
  return /^(forward($|\/)|log\/\d+\/passing$|accept\+nat$|snat\/)/.test(chain);
}

/**
 * Ruleset → one file for `nft -f`, of both families, sets first. It loads as it is where no table of ours stands; where one
 * does, the runtime replaces its parts in an order in which no packet notices. It holds no map: in the moment in which one
 * goes, the kernel no longer finds what is in it (seen once in some hundred replacements under a flood). A line
 * `#unless-bridge eth0 …` is read by the runtime on the host, which alone knows whether the interface is a bridge.
 */
export function renderNftables(ruleset: Ruleset): Readonly<Record<"nftables", string>> {
  const ports = portLists(ruleset.chains);
  const commentOf = quotedOrigins(quoteComment);
  const context = { addressTest: addressTests(ruleset.sets), portTest: portTest(ports), commentOf };
  const lines = [
    ...(ruleset.docker !== undefined && forwards(ruleset) ? ["#forwards"] : []),
    `table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    ...renderSets(ruleset.sets),
    ...renderPortSets(ports),
    ...renderPairSets(ruleset.chains, commentOf),
    ...renderLiveSets(ruleset),
    ...renderCounts(ruleset.chains),
    ...inOrderOfUse(ruleset.chains).flatMap((chain) => renderChain(chain, context, ruleset.docker !== undefined)),
    ...(ruleset.docker === undefined && forwards(ruleset) ? WHEN_REFUSED_LATER : []),
    "}",
  ];
  return { nftables: `${lines.join("\n")}\n` };
}

interface Context extends MatchContext {
  readonly commentOf: (origin: RuleOrigin) => string;
}

/**
 * What our forward chain let through meets it next, where no zone has containers. Read by the runtime on the host, which alone knows whether others
 * refuse it later, and has it accepted there by this bit of the mark.
 */
const WHEN_REFUSED_LATER: readonly string[] = [
  "\tchain accepted-forward {",
  "\t\ttype filter hook forward priority filter - 9; policy accept;",
  `\t\tcounter meta mark set meta mark | ${PASS_BIT} comment "cdkfw: mark what others would refuse"`,
  "\t}",
].map((line) => `\t#when-refused-later ${line}`);

/** Chains come before those that jump to them, as `nft` lists them too. */
function inOrderOfUse(chains: readonly Chain[]): Chain[] {
  return [...chains].reverse();
}

function renderChain({ name, hook, rules }: Chain, context: Context, docker: boolean): string[] {
  const tell = docker && passesOn(name) ? `${TELL_DOCKER} ` : "";
  return [
    `\tchain ${chainName(name)} {`,
    ...(hook === undefined ? [] : [`\t\t${BASE[hook]}`]),
    ...rules.flatMap((rule) => renderRule(rule, context, tell)).map((line) => `\t\t${line}`),
    "\t}",
  ];
}

/** Every combination of the matches' alternatives, of one family at a time, is a rule of its own. */
function renderRule(rule: Rule, context: Context, tell: string): string[] {
  let alternatives: Fragment[] = [rule.family === undefined ? ANYTHING : { ...ANYTHING, family: rule.family }];
  for (const match of rule.matches) alternatives = combined(alternatives, printMatch(match, context));
  if (isOfOneFamily(rule.verdict)) alternatives = alternatives.flatMap(ofOneFamily);
  const verdict = rule.verdict.kind === "accept" ? tell : "";
  const prefix = rule.unlessBridge === undefined ? "" : `#unless-bridge ${rule.unlessBridge} `;
  return alternatives.map(({ family, tellsFamily, words }) => {
    const told = family === undefined || tellsFamily === true ? "" : `meta nfproto ipv${family} `;
    const matched = `${told}${words}`.trim();
    return `${prefix}${matched}${matched === "" ? "" : " "}counter ${verdict}${printVerdict(rule.verdict, family)} comment ${context.commentOf(rule.origin)}`;
  });
}

const ANYTHING: Fragment = { words: "" };

function combined(all: readonly Fragment[], more: readonly Fragment[]): Fragment[] {
  const combinations: Fragment[] = [];
  for (const before of all) {
    for (const fragment of more) {
      const one = before === ANYTHING ? fragment : joined(before, fragment);
      if (one !== undefined) combinations.push(one);
    }
  }
  return combinations;
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
  const tellsFamily = a.tellsFamily === true || b.tellsFamily === true;
  const words = a.words === "" ? b.words : b.words === "" ? a.words : `${a.words} ${b.words}`;
  return family === undefined ? { tellsFamily, words } : { family, tellsFamily, words };
}
