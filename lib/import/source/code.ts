/** The width of a line, as in the projects of `cdkfw init`. */
const WIDTH = 120;

/** An expression of the few kinds that generated programs are made of. */
export type Code =
  /** A name, a number or a literal: always on one line. */
  | string
  | Readonly<{ object: readonly Member[] }>
  | Readonly<{ list: readonly Code[] }>
  | Readonly<{ call: string; given: readonly Code[] }>;
/** `key: value`, or the key alone. */
export type Member = readonly [key: string, value?: Code];

/** A text as a literal, whatever it holds. */
export const literal = (text: string): string => JSON.stringify(text);

/**
 * A statement as prettier writes it: on one line where it fits, else with the last part of it over several.
 * @param last an object or a list at its end, before `after`
 */
export function statement(indent: number, before: string, last: Code, after: string): string {
  const start = " ".repeat(indent) + before;
  return start + laidOut(last, indent, start.length, after.length) + after;
}

function laidOut(code: Code, indent: number, column: number, after: number): string {
  const flat = flatOf(code);
  if (typeof code === "string" || (!mustBreak(code) && column + flat.length + after <= WIDTH)) return flat;
  const inside = indent + 2;
  const pad = " ".repeat(inside);
  const line = (before: string, value: Code | undefined) =>
    value === undefined ? `${pad}${before},` : `${pad}${before}${laidOut(value, inside, inside + before.length, 1)},`;
  const [open, lines, close] = partsOf(code, line);
  return [open, ...lines, `${" ".repeat(indent)}${close}`].join("\n");
}

type Parts = readonly [open: string, lines: readonly string[], close: string];

function partsOf(code: Exclude<Code, string>, line: (before: string, value: Code | undefined) => string): Parts {
  if ("list" in code) return ["[", code.list.map((value) => line("", value)), "]"];
  if ("call" in code) return [`${code.call}(`, code.given.map((value) => line("", value)), ")"];
  return ["{", code.object.map(([key, value]) => line(value === undefined ? key : `${key}: `, value)), "}"];
}

function flatOf(code: Code): string {
  if (typeof code === "string") return code;
  if ("call" in code) return `${code.call}(${code.given.map(flatOf).join(", ")})`;
  if ("list" in code) return `[${code.list.map(flatOf).join(", ")}]`;
  const members = code.object.map(([key, value]) => (value === undefined ? key : `${key}: ${flatOf(value)}`));
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** Prettier gives each object of a list its own line where all of them have several members. */
function mustBreak(code: Code): boolean {
  if (typeof code === "string" || "call" in code) return false;
  if ("object" in code) return code.object.some(([, value]) => value !== undefined && mustBreak(value));
  const large = (one: Code) =>
    typeof one !== "string" && !("call" in one) && ("object" in one ? one.object : one.list).length > 1;
  return (code.list.length > 1 && code.list.every(large)) || code.list.some(mustBreak);
}
