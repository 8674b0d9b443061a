import { reviewPolicy } from "../analysis/review-policy";
import { levelOf, printFinding } from "../model/findings";
import type { HostPolicy } from "../model/policy";
import type { FindingReport } from "./data";

/** What a synth of that day tells about a host; what is silenced is there, with its reason. */
export function findingReports(policy: HostPolicy, today: string): FindingReport[] {
  return reviewPolicy(policy, today).map((finding) => ({
    level: levelOf(finding),
    text: printFinding(finding),
    ...(finding.silenced !== undefined && { silenced: finding.silenced }),
  }));
}
