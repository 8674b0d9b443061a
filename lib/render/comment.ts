import type { Rule, RuleOrigin } from "../compile/ruleset";
import type { Backend, Entry, HostPolicy } from "../model/policy";
import { entryInWords } from "../model/words";
import { quoteComment as quoteForIptables } from "./iptables/quote";
import { quoteComment as quoteForNftables } from "./nftables/quote";

/**
 * What a rule of the kernel says of where it comes from. File and line are left out: code that moves in its file must not
 * change the host.
 */
export function originInWords(origin: RuleOrigin): string {
  return origin.kind === "implicit"
    ? `${OF_THE_LANGUAGE}${origin.reason}`
    : `${origin.words.replace(/ {2,}/g, " ")} [${origin.origin.path}]`;
}

/** The same as a loader reads it: made once for all rules and elements of an entry. */
export function quotedOrigins(quote: (text: string) => string): (origin: RuleOrigin) => string {
  const quoted = new Map<RuleOrigin, string>();
  return (origin) => {
    let comment = quoted.get(origin);
    if (comment === undefined) quoted.set(origin, (comment = quote(originInWords(origin))));
    return comment;
  };
}

const OF_THE_LANGUAGE = "cdkfw: ";

/** How a comment is written, which is also how it comes back. */
const QUOTE: Readonly<Record<Backend, (text: string) => string>> = {
  iptables: quoteForIptables,
  nftables: quoteForNftables,
};

/** Whose rule it is, as the kernel's comment tells. */
export type Declared =
  /** Several where the kernel's short comments make them look alike. */
  | { readonly kind: "entries"; readonly entries: readonly Entry[] }
  /** What the language itself implies. */
  | { readonly kind: "implicit"; readonly reason: string }
  /** Of an entry that this policy does not have. */
  | { readonly kind: "other"; readonly words: string; readonly path?: string };

/**
 * Reads the comments of the kernel's rules back to what a policy declares; of rules that stand for many entries, where
 * they are given.
 */
export function commentReader(
  { entries, backend }: HostPolicy,
  merged: readonly Rule[] = [],
): (comment: string) => Declared {
  const byComment = new Map<string, Entry[]>();
  for (const entry of entries) {
    const written = originInWords({ kind: "entry", origin: entry.origin, words: entryInWords(entry) });
    // In sets, iptables' comments have no escapes, so that these two letters look otherwise.
    const forms = [written, written.replaceAll('"', "'").replaceAll("\\", "/")];
    for (const comment of new Set(forms.map((text) => unquoted(QUOTE[backend](text))))) {
      byComment.set(comment, [...(byComment.get(comment) ?? []), entry]);
    }
  }
  const byPath = new Map(entries.map((entry) => [entry.origin.path, entry]));
  for (const { origin, entries: pairs = [] } of merged) {
    const paths = pairs.map((pair) => (pair.origin.kind === "entry" ? pair.origin.origin.path : ""));
    const meant = [...new Set(paths)].flatMap((path) => byPath.get(path) ?? []);
    byComment.set(unquoted(QUOTE[backend](originInWords(origin))), meant);
  }
  return (comment) => {
    const known = byComment.get(comment);
    if (known !== undefined) return { kind: "entries", entries: known };
    if (comment.startsWith(OF_THE_LANGUAGE)) return { kind: "implicit", reason: comment.slice(OF_THE_LANGUAGE.length) };
    const [, words, path] = /^(.*) \[([^\]]+)\]$/.exec(comment) ?? [];
    return { kind: "other", words: words ?? comment, ...(path !== undefined && { path }) };
  };
}

/** The comment of a line as `nft list`, `iptables-save` or `ipset save` prints it; nothing where it has none. */
export function commentOf(line: string): string | undefined {
  const quoted = / (?:--)?comment ("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  return quoted === undefined ? undefined : unquoted(quoted);
}

/** A comment as it was meant, of one as the host's tools print it. */
export function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}
