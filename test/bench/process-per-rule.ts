/**
 * A policy as scripts load it, such as MicroFW and most people write them: its rules as they were declared, none merged
 * with others, without comments, and a process for each.
 */
import { compile } from "../../lib/compile/compile";
import type { HostPolicy } from "../../lib/model/policy";
import { renderIptables } from "../../lib/render/iptables/render";
import { GENERATION_MARK } from "../../lib/render/iptables/sets";
import { renderNftables } from "../../lib/render/nftables/render";

/** For both families, one after the other; packets enter a family's chains when these are full. */
export function iptablesCommands(policy: HostPolicy): string[] {
  const { ipset, "iptables.v4": v4, "iptables.v6": v6 } = renderIptables(compile(policy, { merge: false }));
  const sets = ipset.split("\n").flatMap((line) => (line === "" ? [] : [`ipset ${line}`]));
  const rules = [...typed("iptables", v4), ...typed("ip6tables", v6)];
  return [...sets, ...rules].map((line) => line.replaceAll(GENERATION_MARK, "typed"));
}

/** A text for `iptables-restore` as the commands that would have to be typed. */
function typed(tool: string, text: string): string[] {
  const [chains, rules, hooks]: [string[], string[], string[]] = [[], [], []];
  let table = "";
  for (const line of text.split("\n")) {
    const [first = "", chain = "", target = ""] = line.split(" ");
    const rule = line.replace(/^#unless-bridge \S+ /, "").replace(/ -m comment --comment "(\\.|[^"\\])*"/, "");
    if (line.startsWith("*")) table = line.slice(1);
    else if (line.startsWith(":")) chains.push(`${tool} -t ${table} -N ${first.slice(1)}`);
    else if (first === "#hook") hooks.push(`${tool} -t ${table} -I ${chain} -j ${target}`);
    else if (rule.startsWith("-A")) rules.push(`${tool} -t ${table} ${rule}`);
  }
  return [...chains, ...rules, ...hooks];
}

export interface NftScript {
  /** The table and its sets, for `nft -f`. */
  readonly sets: string;
  readonly commands: readonly string[];
}

export function nftScript(policy: HostPolicy): NftScript {
  const text = renderNftables(compile(policy, { merge: false })).nftables;
  const plain = text.replace(/#unless-bridge \S+ /g, "").replace(/ comment "[^"]*"/g, "");
  const chains = [...plain.matchAll(/^\tchain (\S+) \{\n([^]*?)^\t\}/gm)];
  return {
    sets: `${plain.slice(0, plain.indexOf("\tchain "))}}`,
    commands: chains.flatMap(([, chain = "", body = ""]) => nftCommands(chain, body)),
  };
}

function nftCommands(chain: string, body: string): string[] {
  const lines = body.split("\n").map((line) => line.trim()).filter((line) => line !== ""); // prettier-ignore
  const hook = lines.find((line) => line.startsWith("type "));
  return [
    `nft 'add chain inet cdkfw ${chain}${hook === undefined ? "" : ` { ${hook} }`}'`,
    ...lines.filter((line) => line !== hook).map((line) => `nft 'add rule inet cdkfw ${chain} ${line}'`),
  ];
}
