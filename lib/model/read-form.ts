import type * as z from "zod";
import { explainIssues, type Mistake } from "./explain-issues";
import { show } from "./findings";
import { holdsToken, TOKEN_FIX } from "./token";

/** What a form makes of a property of that name, or nothing where it has mistakes. */
export function readForm<T>(name: string, form: z.ZodType<T>, given: unknown, mistakes: Mistake[]): T | undefined {
  const token = tokenIn(given);
  if (token !== undefined) {
    mistakes.push({ problem: `\`${name}\` holds the unresolved token ${show(token)}`, fix: TOKEN_FIX });
    return undefined;
  }
  const result = form.safeParse(given);
  if (result.success) return result.data;
  for (const { problem, allowed, fix } of explainIssues(form, given, result.error.issues, [name])) {
    mistakes.push({ problem, ...(allowed !== undefined && { allowed }), ...(fix !== undefined && { fix }) });
  }
  return undefined;
}

/** Texts stand at most two levels deep: in a list or a map, and in a list of a map. */
function tokenIn(given: unknown): string | undefined {
  if (typeof given === "string") return holdsToken(given) ? given : undefined;
  if (typeof given !== "object" || given === null) return undefined;
  for (const member of Object.values(given)) {
    const found: unknown = Array.isArray(member) ? member.find(holdsToken) : member;
    if (typeof found === "string" && holdsToken(found)) return found;
  }
  return undefined;
}
