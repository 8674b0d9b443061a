import type { Connection } from "../remote";
import { HISTORY_PATH } from "../host/runtime";
import { UserError } from "../model/user-error";
import { call } from "./call";
import { errorOf } from "./host-errors";
import { told } from "./protocol";

/** How one change of a host ended, as the host itself wrote it down. */
export interface PastChange {
  /** When, by the host's clock, in UTC. */
  readonly time: string;
  /** `committed`, `rolled-back`, `safe-rules`, `torn-down`. */
  readonly outcome: string;
  readonly generation: string;
  /** What was committed before; null without one, or where it is not known. */
  readonly previous: string | null;
  /** Who did it: `anna@workstation`, or `boot`. */
  readonly owner: string;
  /** The address that the owner's SSH came from. */
  readonly from: string | null;
  readonly why: string | null;
}

export interface HostHistory {
  /** The committed generation; null without one. */
  readonly generation: string | null;
  /** Oldest first; the last 500. */
  readonly changes: readonly PastChange[];
  /** The generations that are still on the host, to go back to. */
  readonly kept: readonly string[];
}

export async function hostHistory(connection: Connection): Promise<HostHistory> {
  const reply = await call(connection, "history", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const said = (keyword: string): string[] => reply.lines.filter((line) => line.keyword === keyword).map(({ rest }) => rest); // prettier-ignore
  const lines = told(reply, "state") === "none" ? await leftBehind(connection) : said("change");
  return {
    generation: unlessNone(told(reply, "generation")),
    changes: lines.flatMap(parseChange),
    kept: said("kept"),
  };
}

/** After a teardown the history is there, and the runtime that would tell it is not. */
async function leftBehind(connection: Connection): Promise<string[]> {
  const { stdout } = await connection.runAsRoot(`cat ${HISTORY_PATH} 2>/dev/null || :`);
  return stdout.split("\n").map((line) => line.replace(/[^\P{Cc}\t]/gu, ""));
}

/** A line of the file; nothing of one that is not whole. */
export function parseChange(line: string): PastChange[] {
  const [time, outcome, generation, owner, , from, previous, why] = line.split("\t");
  if (time === undefined || outcome === undefined || generation === undefined || owner === undefined) return [];
  return [
    { time, outcome, generation, owner, from: unlessNone(from), previous: unlessNone(previous), why: why || null },
  ];
}

function unlessNone(word: string | undefined): string | null {
  return word === undefined || word === "" || word === "none" || word === "-" ? null : word;
}

/**
 * The generation that is meant: by its id, by the beginning of it, or `previous`, the one that was committed before.
 * @throws UserError `no-generation`, `ambiguous-generation`
 */
export function findGeneration({ generation, changes, kept }: HostHistory, wish: string): string {
  const all = kept.filter((id) => id !== generation);
  const choice = all.length === 0 ? "It keeps none to go back to." : `It keeps ${all.join(", ")}.`;
  if (wish === "previous") {
    const last = changes.findLast(
      ({ outcome, previous }) => outcome === "committed" && previous !== null && all.includes(previous),
    );
    if (typeof last?.previous === "string") return last.previous;
    throw new UserError("no-generation", "the host knows of no generation before the committed one", choice);
  }
  const [found, ...more] = kept.filter((id) => id.startsWith(wish));
  if (found === undefined) throw new UserError("no-generation", `the host has no generation \`${wish}\``, choice);
  if (more.length > 0) {
    throw new UserError("ambiguous-generation", `\`${wish}\` is the beginning of several generations`, choice);
  }
  return found;
}
