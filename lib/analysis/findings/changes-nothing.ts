import type { Entry } from "../../model/policy";
import { effectOf } from "../outcomes";
import type { Reviewed } from "../reviewed";

/** Every entry makes a difference: without it, some packet would fare otherwise. */
export function everyEntryChangesSomething(reviewed: Reviewed): void {
  const { outcomes, policy } = reviewed;
  const idle = new Map<Entry, boolean>();
  for (const outcome of outcomes) {
    const entry = reviewed.entryOf(outcome.by);
    if (entry === undefined) continue;
    const same = outcome.otherwise === effectOf(outcome);
    idle.set(entry, same && idle.get(entry) !== false);
  }
  for (const entry of policy.entries) {
    // A log is an effect of its own. Of two that say the same, the one that never matches is told.
    if (entry.kind !== "rule" || idle.get(entry) !== true || entry.log !== undefined) continue;
    if (reviewed.hiding.has(entry)) continue;
    reviewed.reportEntry("changes-nothing", entry, {
      problem: "without it, every packet would fare the same: the entries behind it, or the language, say so already",
      fix: "delete it, or silence this where it is there for its readers",
    });
  }
}
