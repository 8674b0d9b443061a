import type * as z from "zod";
import { nearestName, show, type Finding } from "./findings";

/** A finding that does not know its place yet. */
export type Mistake = Omit<Finding, "origin">;

/** A mistake, and the way to the value that has it. The way ends at a key where the key is the mistake. */
export type MistakeAt = Mistake & { readonly path: readonly PropertyKey[]; readonly part?: "key" };

/**
 * What a schema says against a value, in the words of findings: what was given, what is allowed, the near name of a
 * mistyped key. Several complaints about one value become one mistake.
 */
export function explainIssues(
  schema: z.ZodType,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  /** Where the value itself stands, for the words about it. */
  base: readonly PropertyKey[] = [],
): MistakeAt[] {
  const mistakes = new Map<string, MistakeAt>();
  for (const issue of issues) {
    for (const mistake of explainIssue(schema, value, issue, base)) {
      const key = JSON.stringify([mistake.path.map(String), mistake.problem]);
      const earlier = mistakes.get(key);
      mistakes.set(key, earlier === undefined ? mistake : merge(earlier, mistake));
    }
  }
  return [...mistakes.values()];
}

/** What a schema of a single value says against it: nothing where it fits. */
export function explainValue(schema: z.ZodType, value: unknown, what: string): Mistake | undefined {
  const result = schema.safeParse(value);
  if (result.success) return undefined;
  const allowed = [...new Set(result.error.issues.map((issue) => allowedBy(issue)))].join("; ");
  return { problem: `${show(value)} is no ${what}`, allowed };
}

function explainIssue(
  schema: z.ZodType,
  value: unknown,
  issue: z.core.$ZodIssue,
  base: readonly PropertyKey[],
): MistakeAt[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(schema, issue.path, key));
  const given = valueAt(value, issue.path);
  const label = labelOf([...base, ...pathWithin(value, issue.path)]);
  if (issue.code === "custom" && issue.params?.["sentence"] === true) {
    return [{ path: issue.path, problem: issue.message }];
  }
  if (issue.code === "invalid_key") {
    const allowed = issue.issues.map((inner) => allowedBy(inner)).join("; ");
    const problem = `${show(String(issue.path.at(-1)))} is no valid name`;
    return [{ path: issue.path, part: "key", problem, allowed }];
  }
  const allowed = allowedBy(issue);
  if (given === undefined) return [{ path: issue.path, problem: `${label} is missing`, allowed }];
  const shown = issue.code === "invalid_type" && typeof given === "string" ? show(JSON.stringify(given)) : show(given);
  return [{ path: issue.path, problem: `${label} may not be ${shown}`, allowed }];
}

function unknownKey(schema: z.ZodType, path: readonly PropertyKey[], key: string): MistakeAt {
  const known = keysOf(schemaAt(schema, path));
  const near = nearestName(key, known);
  return {
    path: [...path, key],
    part: "key",
    problem: `${show(key)} is not known here`,
    allowed: known.map((name) => `\`${name}\``).join(", "),
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  };
}

/** What may be given, as a phrase. Our schemas' own messages are such phrases. */
function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => `\`${String(value)}\``).join(", ");
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? issue.options.map((value) => `\`${String(value)}\``).join(", ")
        : issue.message;
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  tuple: "a list",
  object: "a map",
  record: "a map",
};

function merge(first: MistakeAt, second: MistakeAt): MistakeAt {
  if (second.allowed === undefined || first.allowed === second.allowed) return first;
  return { ...first, allowed: first.allowed === undefined ? second.allowed : `${first.allowed}; ${second.allowed}` };
}

/** `port` of `["hosts", "web-1", "ssh", "port"]`, `entries[3]` of `["entries", 3]`. */
function labelOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the document";
  if (typeof last !== "number") return show(String(last));
  const parent = path.at(-2);
  return show(`${parent === undefined ? "" : String(parent)}[${String(last)}]`);
}

/** A text or a number may stand for an object that has it as one of its properties: the path then ends there. */
function pathWithin(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const end = path.findIndex((_, length) => isScalar(valueAt(value, path.slice(0, length))));
  return end === -1 ? path : path.slice(0, end);
}

const isScalar = (value: unknown) => typeof value === "string" || typeof value === "number";

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const key of path) {
    if (isScalar(here)) return here;
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

type Def = { type: string; [part: string]: unknown };
const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let here: z.ZodType | undefined = unwrap(schema);
  for (const key of path) {
    if (here === undefined) return undefined;
    const def = defOf(here);
    if (def.type === "object") here = (def["shape"] as Record<PropertyKey, z.ZodType>)[key];
    else if (def.type === "record") here = def["valueType"] as z.ZodType;
    else if (def.type === "array") here = def["element"] as z.ZodType;
    else return undefined;
    here = here && unwrap(here);
  }
  return here;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const def = defOf(schema);
  const inner = def["innerType"] ?? (def.type === "pipe" ? checkedBy(def) : undefined);
  return inner === undefined ? schema : unwrap(inner as z.ZodType);
}

/** A pipe has a transformation on one of its sides, before the schema or after it. */
function checkedBy(pipe: Def): z.ZodType {
  const out = pipe["out"] as z.ZodType;
  return defOf(out).type === "transform" ? (pipe["in"] as z.ZodType) : out;
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  const def = defOf(schema);
  if (def.type === "object") return Object.keys(def["shape"] as object);
  if (def.type === "union") return [...new Set((def["options"] as z.ZodType[]).flatMap(keysOf))];
  return [];
}
