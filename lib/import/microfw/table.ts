import { show, type Finding } from "../../model/findings";

/** The five tables of a MicroFW node, and the columns of each. */
export const COLUMNS = {
  services: ["name", "TCP port", "UDP port"],
  addresses: ["name", "IPv4 address", "IPv6 address"],
  interfaces: ["interface", "zone", "protocols"],
  rules: ["source zone", "destination zone", "source address", "destination address", "service", "action"],
  virtuals: ["source zone", "external address", "internal address", "external service", "internal service"],
} as const;

export type TableName = keyof typeof COLUMNS;
export const TABLE_NAMES = Object.keys(COLUMNS) as readonly TableName[];

/** A row, a comment or an empty line, in the order of the file. Lines are counted from 1. */
export type TableLine =
  TableRow | Readonly<{ kind: "comment"; line: number; text: string }> | Readonly<{ kind: "blank" }>;
export type TableRow = Readonly<{ kind: "row"; line: number; values: readonly string[] }>;

export interface Table {
  /** As it is shown to the user. */
  readonly file: string;
  readonly lines: readonly TableLine[];
  readonly findings: readonly Finding[];
}

/** An empty column. */
export const NONE = "-";

/** What Python calls white space, which parts the columns; and its ends of lines. */
// eslint-disable-next-line no-control-regex
const SPACE = /[\s\u001c-\u001f\u0085]+/u;
const END_OF_LINE = /\r\n|\r|\n/;

/** Reads one table. A comment is a line whose first character is `#`; columns are parted by white space. */
export function readTable(name: TableName, text: string, file: string): Table {
  const columns = COLUMNS[name];
  const findings: Finding[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(END_OF_LINE);
  if (lines.at(-1) === "") lines.pop();
  const isTitle = (index: number) => isTitleLine(lines[index] ?? "");
  const read = lines.flatMap((content, index): TableLine[] => {
    const line = index + 1;
    if (content.startsWith("#")) {
      const text = content.slice(1).trim();
      const isDropped = isTitle(index) || (text === "" && isTitle(index + 1));
      return isDropped ? [] : [{ kind: "comment", line, text }];
    }
    const values = content.split(SPACE).filter((value) => value !== "");
    if (values.length === 0) return [{ kind: "blank" }];
    if (values.length === columns.length) return [{ kind: "row", line, values }];
    findings.push(wrongCount(values, columns, { path: file, file, line }));
    return declares(name, values)
      ? [{ kind: "row", line, values: [...values, NONE, NONE].slice(0, columns.length) }]
      : [];
  });
  return { file, lines: read, findings };
}

/** A broken row still declares its name: or else all that uses it would be told to be unknown. */
function declares(table: TableName, values: readonly string[]): boolean {
  return table === "services" || table === "addresses" || (table === "interfaces" && values.length >= 2);
}

function wrongCount(values: readonly string[], columns: readonly string[], origin: Finding["origin"]): Finding {
  const remark = values.findIndex((value) => value.startsWith("#"));
  const fix =
    remark >= 0
      ? "a comment stands on a line of its own, and its `#` is the first character"
      : values.length < columns.length
        ? `the ${columns[values.length] ?? ""} is missing`
        : "names and values hold no spaces";
  return {
    origin,
    problem: `${show(values.join(" "))} has ${values.length === 1 ? "1 column" : `${values.length} columns`}`,
    allowed: `${columns.length}: ${columns.join(", ")}`,
    fix,
  };
}

/**
 * The line of column titles, which means nothing outside of the table: `# Name          TCP              UDP`. The empty
 * comment above it goes with it.
 */
function isTitleLine(content: string): boolean {
  if (!content.startsWith("#")) return false;
  const words = content.replace(/^#\s*/, "").split(/\s{2,}|\t/);
  return words.length >= 3 && FIRST_TITLES.has((words[0] ?? "").toLowerCase());
}

const FIRST_TITLES = new Set([
  ...["name", "service", "service name", "address object name", "address", "address name", "interface"],
  ...["src-zone", "srczone", "src zone", "source-zone", "source zone"],
]);
