import type { Connection } from "../../remote";
import { call } from "../call";
import { errorOf } from "../host-errors";
import { warningsOf, type HostWarning } from "../host-warnings";
import { told, type Reply } from "../protocol";
import { driftOf, type Block, type RuleDrift } from "./block";
import { strangerOf, type Stranger } from "./stranger";

/** How a host has drifted from the generation that is committed on it. */
export interface HostDrift {
  /** `pending`: a change is under way, and the kernel's rules are those of the change. */
  readonly state: "none" | "committed" | "pending";
  /** The committed generation; null without one. */
  readonly generation: string | null;
  /** The committed policy in words. */
  readonly lines: readonly string[];
  /** Where the kernel's rules are other ones: which. None are told where the host can not tell them. */
  readonly rules?: readonly RuleDrift[];
  /** What others have put in our hooks' way since the generation was applied. */
  readonly strangers: readonly Stranger[];
  /** The committed texts on the host's disk, which it boots with, are not what was deployed. */
  readonly altered?: true;
  /** By what the host should load its rules at boot, and does not. */
  readonly unbooted?: string;
  /** A rollback failed, and the safe rules stand. */
  readonly safe?: true;
  readonly warnings: readonly HostWarning[];
}

export async function hostDrift(connection: Connection): Promise<HostDrift> {
  const reply = await call(connection, "drift", []);
  const error = errorOf(reply);
  if (error !== undefined) throw error;
  const said = (keyword: string) => reply.lines.filter((line) => line.keyword === keyword).map(({ rest }) => rest);
  const state = told(reply, "state");
  const generation = told(reply, "generation") ?? "none";
  const kernel = told(reply, "kernel");
  const unbooted = told(reply, "unbooted");
  return {
    state: state === "committed" || state === "pending" ? state : "none",
    generation: generation === "none" ? null : generation,
    lines: said("line"),
    ...(kernel !== undefined && kernel !== "same" && { rules: blocksOf(reply).flatMap(driftOf) }),
    strangers: said("stranger").flatMap(strangerOf),
    ...(told(reply, "altered") !== undefined && { altered: true }),
    ...(unbooted !== undefined && { unbooted }),
    ...(told(reply, "safe") !== undefined && { safe: true }),
    warnings: warningsOf(reply),
  };
}

function blocksOf({ lines }: Reply): Block[] {
  const blocks = new Map<string, { wanted: string[]; stands: string[] }>();
  for (const { keyword, rest } of lines) {
    if (keyword !== "want" && keyword !== "have") continue;
    const [name = "", ...text] = rest.split("\t");
    const block = blocks.get(name) ?? { wanted: [], stands: [] };
    blocks.set(name, block);
    block[keyword === "want" ? "wanted" : "stands"].push(text.join("\t"));
  }
  return [...blocks].map(([name, block]) => ({ name, ...block }));
}
