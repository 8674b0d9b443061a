import type { Outcome } from "../../lib/deploy/outcome";
import type { LabHost } from "../../lib/sandbox";
import { deploy, statusOf } from "../fixtures/deployment";

/** Two deployers who started at the same moment. */
export interface Duel {
  readonly outcomes: readonly Outcome[];
  /** What is wrong; nothing where one won after the other, or one won and the other was told who was first. */
  readonly trouble: string | undefined;
}

const TOLD_WHO = /a change by \S+@\S+ waits|another change is at work on the host: \S+@/;

export async function duel(host: LabHost, round: number): Promise<Duel> {
  const ports = [3000 + 2 * round, 3001 + 2 * round];
  const outcomes = await Promise.all(ports.map((web) => deploy(host, { backend: "nftables", web })));
  const { generation, intact, state } = await statusOf(host);
  const winners = outcomes.filter(({ outcome }) => outcome === "committed");
  const stands = winners.some((winner) => winner.generation === generation);
  const losers = outcomes.filter(({ outcome }) => outcome !== "committed");
  const told = losers.every(({ outcome, error }) => outcome === "failed" && TOLD_WHO.test(error?.message ?? ""));
  const well = state === "committed" && intact === true && stands && told;
  const words = outcomes.map(({ outcome, error }) => `${outcome}: ${error?.message ?? ""}`).join("; ");
  return { outcomes, trouble: well ? undefined : `${words}; ${generation ?? "none"} stands` };
}
