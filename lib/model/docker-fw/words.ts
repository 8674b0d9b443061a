import type { Mistake } from "../explain-issues";
import { show } from "../findings";

/** Splits a line as a shell does, without running anything: what only a shell could fill in is a mistake. */
export function shellWords(line: string): string[] | Mistake {
  const words: string[] = [];
  let word: string | undefined;
  let rest = line;
  while (rest !== "") {
    const [part = ""] = /^(?:\s+|#.*|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\#]+|#|.)/s.exec(rest) ?? [];
    rest = rest.slice(part.length);
    if (/^\s/.test(part) || (part.startsWith("#") && word === undefined)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      if (part.startsWith("#")) break;
      continue;
    }
    if (part === "'" || part === '"') {
      return { problem: `a quotation mark ${show(part)} is not closed`, fix: "close it on the same line" };
    }
    if (!part.startsWith("'") && /(^|[^\\])[$`]/.test(part)) {
      return {
        problem: `${show(part)} is for a shell to fill in, which is not run`,
        fix: "write the value itself; `docker-fw ls` prints such lines",
      };
    }
    word = (word ?? "") + unquoted(part);
  }
  return word === undefined ? words : [...words, word];
}

function unquoted(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\$`])/g, "$1");
  return part.replace(/^\\(.)$/s, "$1");
}
