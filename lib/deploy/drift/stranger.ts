/** A rule or a chain of somebody else's in the way of our hooks. */
export interface Stranger {
  /** `policy`: the chain drops what none of its rules accepts; `rule`: it refuses; `before`: it comes before our jump. */
  readonly kind: "policy" | "rule" | "before";
  /** `inet filter input`, as nft calls it, or `iptables filter INPUT`. */
  readonly where: string;
  /** The rule, as the host's tools print it. */
  readonly text?: string;
}

const KINDS: ReadonlySet<string> = new Set<Stranger["kind"]>(["policy", "rule", "before"]);

/** A line of the runtime; nothing of one that is not whole. */
export function strangerOf(line: string): Stranger[] {
  const [head = "", ...text] = line.split("\t");
  const [kind = "", ...where] = head.split(" ");
  if (!KINDS.has(kind) || where.length === 0) return [];
  return [{ kind: kind as Stranger["kind"], where: where.join(" "), ...(text.length > 0 && { text: text.join(" ") }) }];
}

const WORDS: Readonly<Record<Stranger["kind"], string>> = {
  policy: "drops what none of its rules accepts",
  rule: "refuses some",
  before: "decides before ours",
};

/** `inet evil in refuses some: tcp dport 80 drop` */
export function strangerInWords({ kind, where, text }: Stranger): string {
  return `\`${where}\` ${WORDS[kind]}${text === undefined ? "" : `: ${text}`}`;
}
