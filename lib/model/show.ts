/** A user's text as it may be shown in an error: on one line, control characters escaped, cut where it is long. */
export function show(given: unknown): string {
  const text = typeof given === "string" ? given : inJson(given);
  const escaped = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029`]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
  return `\`${escaped.length > 80 ? `${escaped.slice(0, 77)}…` : escaped}\``;
}

/** Constructs and other objects with circles in them are shown by their kind. */
function inJson(given: unknown): string {
  try {
    return JSON.stringify(given) ?? String(given);
  } catch {
    return `a ${(given as object).constructor?.name ?? "value"}`;
  }
}
