import type { Connection } from "../remote";
import { call } from "./call";
import { errorOf } from "./host-errors";
import { told } from "./protocol";

/** What the kernel has counted for all rules of one comment in a chain, since they were loaded. */
export interface KernelCount {
  /** The chain as the kernel calls it; `set` for elements of sets. */
  readonly where: string;
  readonly packets: number;
  readonly bytes: number;
  /** In quotes, as the host's tools print it. */
  readonly comment: string;
}

export interface HostCounters {
  /** The committed generation; null without one. */
  readonly generation: string | null;
  readonly counts: readonly KernelCount[];
}

export async function hostCounters(connection: Connection): Promise<HostCounters> {
  const reply = await call(connection, "counters", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const generation = told(reply, "generation") ?? "none";
  const counts = reply.lines.flatMap(({ keyword, rest }) => (keyword === "count" ? countOf(rest) : []));
  return { generation: generation === "none" ? null : generation, counts };
}

function countOf(line: string): KernelCount[] {
  const [, where, packets, bytes, comment] = /^(\S+) (\d+) (\d+) (".*")$/.exec(line) ?? [];
  if (where === undefined || comment === undefined) return [];
  return [{ where, packets: Number(packets), bytes: Number(bytes), comment }];
}
