import type { Connection } from "../remote";
import { call } from "./call";
import { errorOf } from "./host-errors";
import { notesOf, warningsOf, type HostWarning } from "./host-warnings";
import { told } from "./protocol";

/** What stands on a host. */
export interface HostStatus {
  readonly state: "none" | "committed" | "pending";
  /** The committed generation; null without one. */
  readonly generation: string | null;
  /** The change that waits for its confirmation. */
  readonly pending?: { readonly generation: string; readonly secondsLeft: number; readonly owner: string };
  /** Whether the kernel's rules are the committed ones; told where the state is `committed`. */
  readonly intact?: boolean;
  /** A rollback failed, and the rules of the last resort stand: all is closed but SSH. */
  readonly safe?: true;
  /** Who changes something at this very moment. */
  readonly busy?: string;
  /** The last change: when, how it ended, which generation, by whom. */
  readonly last?: {
    readonly time: string;
    readonly outcome: string;
    readonly generation: string;
    readonly owner: string;
  };
  /** What keeps the committed rules from doing what they say. */
  readonly warnings?: readonly HostWarning[];
  /** What is as it may well be meant, and good to know. */
  readonly notes?: readonly string[];
  /** The iptables of the host, as it calls itself. */
  readonly iptables?: string;
}

export async function hostStatus(connection: Connection): Promise<HostStatus> {
  const reply = await call(connection, "status", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const state = told(reply, "state");
  const generation = told(reply, "generation") ?? "none";
  const [pending, left, owner] = told(reply, "pending")?.split(" ") ?? [];
  const [time, outcome, of, by] = told(reply, "last")?.split("\t") ?? [];
  const live = told(reply, "live");
  const busy = told(reply, "busy");
  const iptables = told(reply, "iptables");
  const warnings = warningsOf(reply);
  const notes = notesOf(reply);
  return {
    state: state === "committed" || state === "pending" ? state : "none",
    generation: generation === "none" ? null : generation,
    ...(pending !== undefined && { pending: { generation: pending, secondsLeft: Number(left), owner: owner ?? "" } }),
    ...(live !== undefined && { intact: live === told(reply, "expected") }),
    ...(told(reply, "safe") !== undefined && { safe: true }),
    ...(busy !== undefined && { busy }),
    ...(time !== undefined &&
      by !== undefined && { last: { time, outcome: outcome ?? "", generation: of ?? "", owner: by } }),
    ...(warnings.length > 0 && { warnings }),
    ...(notes.length > 0 && { notes }),
    ...(iptables !== undefined && iptables !== "" && { iptables }),
  };
}

/** What is committed on a host: null and no lines where nothing is. */
export interface CommittedPolicy {
  readonly generation: string | null;
  /** The policy in words. */
  readonly lines: readonly string[];
}

export async function committedPolicy(connection: Connection): Promise<CommittedPolicy> {
  const reply = await call(connection, "policy", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const generation = told(reply, "generation") ?? "none";
  const lines = reply.lines.filter(({ keyword }) => keyword === "line").map(({ rest }) => rest);
  return { generation: generation === "none" ? null : generation, lines };
}
