import type * as z from "zod";
import { explainIssues, explainValue, type Mistake } from "./explain-issues";
import type { Finding } from "./findings";
import type { YamlDocument } from "./yaml-document";

export type Path = readonly PropertyKey[];

/** Reads parts of a document by their schemas, and collects what is wrong with each at its place. */
export class DocumentReader {
  readonly findings: Finding[] = [];

  constructor(readonly document: YamlDocument) {
    this.findings.push(...document.findings);
  }

  report(path: Path, mistake: Mistake, part?: "key" | "value"): void {
    this.findings.push({ ...mistake, origin: this.document.originOf(path, part) });
  }

  /** The value that a schema makes of a part, or nothing where it has mistakes. */
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const { path: inside, part, ...mistake } of explainIssues(schema, value, result.error.issues, path)) {
      this.report([...path, ...inside], mistake, part);
    }
    return undefined;
  }

  /**
   * The members of a map, each by itself. One with a mistake has nothing as its value, so that what names it is not
   * told to name nothing.
   */
  parseMembers<T>(
    map: unknown,
    name: z.ZodType,
    /** The schema of a member, or how to tell it by what is given. */
    member: z.ZodType<T> | ((given: unknown) => z.ZodType<T>),
    path: Path,
  ): Map<string, T | undefined> {
    const members = new Map<string, T | undefined>();
    if (!isRecord(map)) return members;
    for (const [key, value] of Object.entries(map)) {
      const mistake = explainValue(name, key, "valid name");
      if (mistake !== undefined) this.report([...path, key], mistake, "key");
      const schema = typeof member === "function" ? member(value) : member;
      members.set(key, this.parse(schema, value, [...path, key]));
    }
    return members;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
