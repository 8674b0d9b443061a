import { raw, type Raw } from "../conditions";
import type { Mistake } from "../explain-issues";
import { show } from "../findings";
import { comment } from "../names";
import { shellWords } from "./words";

/** Whether a rule is about packets that come in from containers, and go out to them. */
export type Sides = Readonly<{ in: boolean; out: boolean }>;

/** What is left of a filter: a raw match, a comment, or that it let nothing match. */
export type ReadFilter = Readonly<{ raw?: Raw; comment?: string }> | Readonly<{ needless: string }> | Mistake;

const BRIDGE = "docker0";

/**
 * The conditions that docker-fw handed on to iptables. Those that the sides of the rule say already are left out; the
 * others become a raw match, for nftables too where they are of a kind that is known here.
 */
export function readFilter(text: string, sides: Sides): ReadFilter {
  const words = shellWords(text);
  if ("problem" in words) return words;
  const iptables: string[] = [];
  const nftables: (string | undefined)[] = [];
  let said: string | undefined;
  for (let at = 0; at < words.length;) {
    const part = readPart(words.slice(at), sides);
    at += part.length;
    if (part.kind === "never") return { needless: part.why };
    if (part.kind === "comment") said = part.text;
    if (part.kind !== "match") continue;
    iptables.push(...part.words);
    nftables.push(part.nft);
  }
  const problem = said === undefined ? undefined : comment.safeParse(said).error;
  if (problem) return { problem: `${show(said)} is no comment`, allowed: "at most 200 printable characters" };
  return { ...(said !== undefined && { comment: said }), ...rawOf(iptables, nftables) };
}

function rawOf(iptables: readonly string[], nftables: readonly (string | undefined)[]): { raw?: Raw } | Mistake {
  if (iptables.length === 0) return {};
  const known = nftables.every((part) => part !== undefined);
  const result = raw.safeParse({ iptables, ...(known && { nftables: nftables.join(" ") }) });
  if (result.success) return { raw: result.data };
  return {
    problem: `the filter ${show(iptables.join(" "))} can not be taken over`,
    allowed: [...new Set(result.error.issues.map(({ message }) => message))].join("; "),
    fix: "leave it out, and write its meaning as conditions of the rule",
  };
}

type Part = { readonly length: number } & (
  | { readonly kind: "match"; readonly words: readonly string[]; readonly nft?: string | undefined }
  | { readonly kind: "said" }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "never"; readonly why: string }
);

/** The first condition of several words. */
function readPart(words: readonly string[], sides: Sides): Part {
  const not = words[0] === "!";
  const [option = "", value = "", third = "", fourth = ""] = not ? words.slice(1) : words;
  const length = not ? 3 : 2;
  const side = SIDES[option];
  if (side !== undefined && value !== "") {
    // docker-fw knew one bridge: what is not on it was outside.
    if (value === BRIDGE && not !== sides[side]) return { kind: "said", length };
    const nft = `${side === "in" ? "iifname" : "oifname"}${not ? " !=" : ""} "${value}"`;
    // A pattern has no words that a raw match of nftables may have.
    return { kind: "match", length, words: words.slice(0, length), nft: value.endsWith("+") ? undefined : nft };
  }
  const match = option === "-m" && !not ? `${value} ${third}` : "";
  if (match === "conntrack --ctstate" || match === "state --state") {
    // Rules are asked about the first packet of a connection only.
    if (fourth.split(",").includes("NEW")) return { kind: "said", length: 4 };
    return { kind: "never", length: 4, why: `left out: packets of the state ${show(fourth)} begin no connection` };
  }
  if (match === "comment --comment") return { kind: "comment", length: 4, text: fourth };
  if (match === "mac --mac-source") {
    return { kind: "match", length: 4, words: words.slice(0, 4), nft: `ether saddr ${fourth.toLowerCase()}` };
  }
  return { kind: "match", length: 1, words: words.slice(0, 1) };
}

const SIDES: Readonly<Record<string, "in" | "out">> = {
  "-i": "in",
  "--in-interface": "in",
  "-o": "out",
  "--out-interface": "out",
};
