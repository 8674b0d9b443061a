import type { Finding } from "../findings";
import type { HostPolicy } from "../policy";

/** What a check can see: the policy, and the names that could have been meant beside those that it uses. */
export interface CheckContext {
  readonly policy: HostPolicy;
  /** Addresses that could be named here, for the near name. */
  readonly addressNames: Iterable<string>;
  /** Services that could be named here, for the near name. */
  readonly serviceNames: Iterable<string>;
  /** The day of the synth, where it is known. */
  readonly today: string | undefined;
  report(finding: Finding): void;
}

export type Check = (context: CheckContext) => void;
