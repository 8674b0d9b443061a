import type { Finding } from "../findings";
import type { HostPolicy } from "../policy";
import { withSilence } from "../silence";
import type { Check } from "./check";

/** Told so long before: time for a review, and for a deployment. */
const DAYS_BEFORE = 14;

/** An entry that has expired does nothing, and misleads who reads it; one that soon will may be missed. */
export const entriesHaveNotExpired: Check = ({ policy, today, report }) => {
  if (today !== undefined) for (const finding of expiries(policy, today)) report(finding);
};

/** What has expired on a day, and what will within two weeks. */
export function expiries(policy: HostPolicy, today: string): Finding[] {
  const start = `${today}T00:00:00Z`;
  const soon = `${new Date(Date.parse(start) + DAYS_BEFORE * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
  return policy.entries.flatMap((entry) => {
    const { expires, origin } = entry;
    if (expires === undefined || expires > soon) return [];
    const finding: Finding =
      expires > start
        ? {
            origin,
            code: "expires-soon",
            problem: `the entry ends soon: it is until ${expires}, and today is ${today}`,
            fix: "move the date, or let it end",
          }
        : {
            origin,
            code: "expired",
            problem: `the entry has expired: it was until ${expires}, and today is ${today}`,
            fix: "delete it, or move the date",
          };
    return [withSilence(policy, finding, { entry })];
  });
}
