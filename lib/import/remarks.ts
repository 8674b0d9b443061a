import type { HostPlan, PlanLine, Remark } from "./plan";

/** What whoever moves over has to know about the lines of a host. */
export function remarksOf({ zones, addresses, services, entries }: HostPlan): Remark[] {
  const lines: readonly PlanLine<unknown>[] = [...services, ...addresses, ...zones, ...entries];
  return lines.flatMap((line) => (line.kind === "remark" ? [line.remark] : []));
}
