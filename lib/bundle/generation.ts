import { createHash } from "node:crypto";

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Names a generation by a digest of its backend and texts. The texts hold `mark` where the generation's first eight
 * digits are to come, and get them here: the same policy gives the same generation, and its texts name it.
 */
export function nameGeneration(
  backend: string,
  texts: Readonly<Record<string, string>>,
  mark: string,
): { generation: string; texts: Record<string, string> } {
  const names = Object.keys(texts).sort();
  const parts = names.map((name) => `${name} ${sha256(texts[name] ?? "")}\n`);
  const generation = sha256(`${backend}\n${parts.join("")}`).slice(0, 16);
  const named = names.map((name) => [name, (texts[name] ?? "").replaceAll(mark, generation.slice(0, 8))] as const);
  return { generation, texts: Object.fromEntries(named) };
}
