import type { PlanLine, Remark } from "../plan";

const WIDTH = 116;

/** What tools read in comments: in a comment of a user it is words. */
const DIRECTIVE = /^(@ts-|eslint|prettier-|jshint|istanbul|c8 |v8 |global |<)/i;

/** A user's comment as a line of source; characters that could end it, or hide what follows, are shown. */
export function commentLine(text: string): string {
  const shown = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/gu, (char) =>
      char === "\t" ? " " : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .trim();
  return shown === "" ? "//" : `// ${DIRECTIVE.test(shown) ? "# " : ""}${shown}`;
}

/** Words of ours, over as many lines as they need. */
export function remarkLines({ program, differs, words }: Remark, indent: number): string[] {
  const text = differs ? `Not as in ${program}: ${words}.` : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + 3 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map(commentLine);
}

/** Lines of a plan as source: at most one empty line in a row, and none at the ends. */
export function sourceLines<T>(
  lines: readonly PlanLine<T>[],
  indent: number,
  print: (what: T) => readonly string[],
): string[] {
  const pad = " ".repeat(indent);
  const printed = lines.flatMap((line): readonly string[] => {
    switch (line.kind) {
      case "blank":
        return [""];
      case "comment":
        return [pad + commentLine(line.text)];
      case "remark":
        return remarkLines(line.remark, indent).map((one) => pad + one);
      case "declared":
        return print(line.what);
    }
  });
  return withoutEmptyEnds(printed.filter((line, index) => line !== "" || printed[index - 1] !== ""));
}

function withoutEmptyEnds(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== "");
  const last = lines.findLastIndex((line) => line !== "");
  return first === -1 ? [] : lines.slice(first, last + 1);
}
