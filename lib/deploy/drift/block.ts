/** A chain or a set of the kernel, line by line. */
export interface Block {
  /** As the host calls it: `chain input/ext`, `set pairs-0-4`, `4 filter CDKFW-INPUT`. */
  readonly name: string;
  /** As the committed generation has it. */
  readonly wanted: readonly string[];
  /** As it stands. */
  readonly stands: readonly string[];
}

/** One difference of a block. */
export interface RuleDrift {
  /** `missing`: taken away; `added`: by somebody else; `moved`: it no longer stands where it did. */
  readonly kind: "missing" | "added" | "moved";
  /** The chain or set. */
  readonly where: string;
  /** The rule or the element, as the host's tools print it. */
  readonly text: string;
}

/** What was taken from a block, what was put into it, and which of its rules have changed places. */
export function driftOf({ name, wanted, stands }: Block): RuleDrift[] {
  const [before, after] = [partsOf(wanted), partsOf(stands)];
  const missing = without(before, after);
  const added = without(after, before);
  const where = name.replace(/^(chain|[46]) /, (word) => (word === "chain " ? "" : `IPv${word}`));
  const drift = (kind: RuleDrift["kind"]) => (text: string) => ({ kind, where, text });
  return [
    ...missing.map(drift("missing")),
    ...added.map(drift("added")),
    ...movedAmong(without(before, missing), without(after, added)).map(drift("moved")),
  ];
}

/** The members of a list, less those of another, each as often as it is there. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return list.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

/**
 * Of two lists with the same members, those between the first and the last place where they differ, but for the ones
 * that can be seen as having stayed: who moved one rule to the front is told of that rule.
 */
function movedAmong(before: readonly string[], after: readonly string[]): string[] {
  const first = before.findIndex((line, at) => line !== after[at]);
  if (first < 0) return [];
  const last = before.findLastIndex((line, at) => line !== after[at]);
  const [was, is] = [before.slice(first, last + 1), after.slice(first, last + 1)];
  const [front, back] = [is[0] ?? "", is.at(-1) ?? ""];
  const same = (one: readonly string[], other: readonly string[]) => one.every((line, at) => line === other[at]);
  if (same(without(was, [front]), is.slice(1))) return [front];
  if (same(without(was, [back]), is.slice(0, -1))) return [back];
  return is;
}

/** A chain's rules; of a set the elements, one by one, since nft prints several on a line. */
function partsOf(lines: readonly string[]): string[] {
  const text = lines.map((line) => line.trim()).join("\n");
  const elements = /(?:^|\n)elements = \{((?:"[^"]*"|[^"}])*)\}/.exec(text);
  if (elements === null) return lines.map((line) => line.trim());
  const rest = text.replace(elements[0], "").split("\n");
  return [...rest, ...((elements[1] ?? "").match(/(?:"[^"]*"|[^",])+/g)?.map((element) => element.trim()) ?? [])];
}
