import type { Check } from "./checks/check";
import { rawSpeaksTheBackend, snatAddressesFitTheMark, snatNeedsNat, sourcePortsNeedPorts } from "./checks/conditions";
import {
  containersHaveAZone,
  containersHaveLegalNames,
  containersHaveNoAddresses,
  publishedPortsArePorts,
} from "./checks/containers";
import { hostDoesNotTalkToItself, natLeavesTheHost, sourceIsNotAll } from "./checks/directions";
import { expectedSidesCanBeAsked } from "./checks/expectations";
import { entriesHaveNotExpired } from "./checks/expiry";
import { exceptionsTakeSomeAway } from "./checks/exceptions";
import { familiesMeet, snatMeetsTheFamily } from "./checks/families";
import {
  forwardsComeFromAZone,
  forwardsLeaveTheHostItsOwn,
  hairpinZonesAreOthers,
  translatedPortsFit,
} from "./checks/forwards";
import { addressesAreKnown, servicesAreKnown, zonesAreKnown } from "./checks/known-names";
import { linksAreBetweenContainers, linksHaveOneMeaning } from "./checks/links";
import { interfacesBelongToOneZone, patternsStayInTheirZone, zonesAreDeclaredOnce } from "./checks/zones";
import type { Finding } from "./findings";
import type { HostPolicy } from "./policy";
import { SERVICE_LIBRARY } from "./service-library";

/** What a schema can not say: how the parts of a policy fit together. The order is that of the output. */
export const POLICY_CHECKS: readonly Check[] = Object.freeze([
  zonesAreDeclaredOnce,
  interfacesBelongToOneZone,
  patternsStayInTheirZone,
  zonesAreKnown,
  addressesAreKnown,
  servicesAreKnown,
  containersHaveLegalNames,
  containersHaveAZone,
  containersHaveNoAddresses,
  publishedPortsArePorts,
  linksAreBetweenContainers,
  linksHaveOneMeaning,
  sourceIsNotAll,
  hostDoesNotTalkToItself,
  natLeavesTheHost,
  snatNeedsNat,
  snatAddressesFitTheMark,
  forwardsComeFromAZone,
  forwardsLeaveTheHostItsOwn,
  hairpinZonesAreOthers,
  translatedPortsFit,
  sourcePortsNeedPorts,
  familiesMeet,
  snatMeetsTheFamily,
  exceptionsTakeSomeAway,
  rawSpeaksTheBackend,
  expectedSidesCanBeAsked,
  entriesHaveNotExpired,
]);

/** What is known beside the policy: names that a user could have meant although the policy does not use them, and the day. */
export interface Surroundings {
  /** @default the names of the policy's addresses */
  readonly addresses?: Iterable<string>;
  /** @default the names of the policy's services and of the library */
  readonly services?: Iterable<string>;
  /** The day of the synth, such as `2026-11-22`. @default unknown: nothing is told to have expired */
  readonly today?: string | undefined;
}

/** All that is wrong with how a policy's parts fit together. */
export function checkPolicy(policy: HostPolicy, known: Surroundings = {}, checks = POLICY_CHECKS): Finding[] {
  const findings: Finding[] = [];
  const context = {
    policy,
    addressNames: known.addresses ?? Object.keys(policy.addresses),
    serviceNames: known.services ?? [...Object.keys(policy.services), ...Object.keys(SERVICE_LIBRARY)],
    today: known.today,
    report: (finding: Finding) => void findings.push(finding),
  };
  for (const check of checks) check(context);
  return findings;
}
