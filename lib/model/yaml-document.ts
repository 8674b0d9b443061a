import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from "yaml";
import { show, type Finding } from "./findings";
import type { Origin } from "./origin";

/** Where in a document something stands, counted from 1. */
export type Position = Readonly<{ line: number; column: number }>;

/** A YAML or JSON text as plain data, and where each part of it stands. */
export interface YamlDocument {
  /** Nothing where the text is broken. */
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly findings: readonly Finding[];
  /** Who declared the value at a path, or its key: where it stands, or what is around it where it is not there. */
  originOf(path: readonly PropertyKey[], part?: "key" | "value"): Origin;
}

/** Aliases let a few lines stand for gigabytes. A document that is written by hand needs a handful. */
const MOST_ALIASES = 100;

/** Reads a YAML document; JSON is YAML. Never throws: what is wrong is in the findings, with its line and column. */
export function readYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const finding = (mistake: Omit<Finding, "origin">, position: Position): Finding => ({
    ...mistake,
    origin: { path: file, file, ...position },
  });
  const broken = (findings: Finding[]): YamlDocument => ({
    value: undefined,
    findings,
    originOf: () => ({ path: file, file }),
  });

  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    const problems = worthTelling([...document.errors, ...document.warnings]);
    if (problems.length > 0) {
      return broken(problems.map((error) => finding(explainYaml(error, text), at(error.pos[0]))));
    }
    const hidden = offsetOfHiddenKey(document);
    if (hidden !== undefined) {
      return broken([finding({ problem: "`__proto__` is no valid name", fix: "take another one" }, at(hidden))]);
    }
    return {
      value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown,
      findings: [],
      originOf: (path, part = "value") => ({
        path: pathIn(file, path),
        file,
        ...at(offsetAt(document, path, part)),
      }),
    };
  } catch (error) {
    return broken([finding(explainThrown(error), { line: 1, column: 1 })]);
  }
}

/** What a program wrote in the form of a document: the place of all its parts is that of the program's call. */
export function asDocument(value: unknown, name: string, place: Partial<Origin> = {}): YamlDocument {
  return { value, findings: [], originOf: (path) => ({ ...place, path: pathIn(name, path) }) };
}

/** `web-1.yaml:entries/3` */
function pathIn(name: string, path: readonly PropertyKey[]): string {
  return path.length === 0 ? name : `${name}:${path.map(String).join("/")}`;
}

/** After the first error of syntax, the parser guesses: what it says then is noise. Keys that are given twice are not. */
function worthTelling(errors: readonly YAMLError[]): YAMLError[] {
  const syntax = errors.find((error) => error.code !== "DUPLICATE_KEY");
  return errors.filter((error) => error.code === "DUPLICATE_KEY" || error === syntax);
}

/** JavaScript hides this key from all who list an object's keys, so that what stands under it would be ignored. */
function offsetOfHiddenKey(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== "__proto__") return undefined;
      offset = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function explainYaml(error: YAMLError, text: string): Omit<Finding, "origin"> {
  if (error.code === "DUPLICATE_KEY") {
    const key = /^[^\s:,{}[\]]+/.exec(text.slice(error.pos[0]))?.[0] ?? "";
    return { problem: `the key ${show(key)} is given twice`, fix: "keep one of the two, or rename one" };
  }
  if (error.code === "MULTIPLE_DOCS") {
    return { problem: "the file holds more than one document", fix: "remove the lines `---` after the first one" };
  }
  if (error.message.startsWith("Maximum call stack")) return { problem: "the document is nested too deeply" };
  return { problem: `this is no valid YAML: ${error.message.split("\n")[0] ?? ""}` };
}

function explainThrown(error: unknown): Omit<Finding, "origin"> {
  if (error instanceof ReferenceError) {
    return {
      problem: "the aliases of the document stand for too much",
      allowed: `few aliases, that make at most ${String(MOST_ALIASES)} copies`,
      fix: "write the values out, or put them into groups",
    };
  }
  if (error instanceof RangeError) return { problem: "the document is nested too deeply" };
  throw error;
}

function offsetAt(document: Document, path: readonly PropertyKey[], part: "key" | "value"): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let here: unknown = document.contents;
  for (const [index, key] of path.entries()) {
    if (isAlias(here)) here = here.resolve(document);
    const found = childOf(here, key);
    if (found === undefined) return offset;
    const node = index === path.length - 1 && part === "key" ? (found.key ?? found.value) : (found.value ?? found.key);
    offset = node?.range?.[0] ?? offset;
    here = found.value;
  }
  return offset;
}

function childOf(parent: unknown, key: PropertyKey): { key?: Node; value?: Node } | undefined {
  if (isSeq<Node>(parent)) {
    const value = parent.items[Number(key)];
    return value === undefined ? undefined : { value };
  }
  if (!isMap<Node, Node | null>(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  if (pair === undefined) return undefined;
  return { key: pair.key, ...(pair.value && { value: pair.value }) };
}
