/** What the runtime said: its lines, found by their token among whatever else a login shell prints. */
export interface Reply {
  /** The words after each keyword, in the order of the lines. */
  readonly lines: readonly { readonly keyword: string; readonly rest: string }[];
  /** The runtime's exit, or nothing when it was cut off before it could tell. */
  readonly end?: number;
}

/** One line of the runtime, or nothing where the line is somebody else's. */
export function parseLine(line: string, token: string): { keyword: string; rest: string } | undefined {
  const mark = `@cdkfw:${token} `;
  const start = line.indexOf(mark);
  if (start < 0) return undefined;
  // It comes from the other side, and may end on a terminal. A tab parts the fields of the history.
  const said = line.slice(start + mark.length).replace(/[^\P{Cc}\t]/gu, "");
  const space = said.indexOf(" ");
  return space < 0 ? { keyword: said, rest: "" } : { keyword: said.slice(0, space), rest: said.slice(space + 1) };
}

export function parseReply(stdout: string, token: string): Reply {
  const lines = stdout.split("\n").flatMap((line) => parseLine(line, token) ?? []);
  const end = lines.find(({ keyword }) => keyword === "end");
  return { lines, ...(end !== undefined && /^\d+$/.test(end.rest) && { end: Number(end.rest) }) };
}

/** The first line of a keyword, without it. */
export function told(reply: Reply, keyword: string): string | undefined {
  return reply.lines.find((line) => line.keyword === keyword)?.rest;
}
