import type { Check } from "./checks/check";
import { hostDoesNotTalkToItself, natLeavesTheHost, sourceIsNotAll } from "./checks/directions";
import { familiesMeet } from "./checks/families";
import { addressesAreKnown, servicesAreKnown, zonesAreKnown } from "./checks/known-names";
import { interfacesBelongToOneZone, zonesAreDeclaredOnce } from "./checks/zones";
import type { Finding } from "./findings";
import type { HostPolicy } from "./policy";
import { SERVICE_LIBRARY } from "./service-library";

/** What a schema can not say: how the parts of a policy fit together. The order is that of the output. */
export const POLICY_CHECKS: readonly Check[] = Object.freeze([
  zonesAreDeclaredOnce,
  interfacesBelongToOneZone,
  zonesAreKnown,
  addressesAreKnown,
  servicesAreKnown,
  sourceIsNotAll,
  hostDoesNotTalkToItself,
  natLeavesTheHost,
  familiesMeet,
]);

/** Names that a user could have meant although the policy does not use them. */
export interface KnownNames {
  /** @default the names of the policy's addresses */
  readonly addresses?: Iterable<string>;
  /** @default the names of the policy's services and of the library */
  readonly services?: Iterable<string>;
}

/** All that is wrong with how a policy's parts fit together. */
export function checkPolicy(policy: HostPolicy, known: KnownNames = {}): Finding[] {
  const findings: Finding[] = [];
  const context = {
    policy,
    addressNames: known.addresses ?? Object.keys(policy.addresses),
    serviceNames: known.services ?? [...Object.keys(policy.services), ...Object.keys(SERVICE_LIBRARY)],
    report: (finding: Finding) => void findings.push(finding),
  };
  for (const check of POLICY_CHECKS) check(context);
  return findings;
}
