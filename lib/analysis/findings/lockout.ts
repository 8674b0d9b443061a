import { PROTOCOL } from "../../compile/ruleset";
import { familyOf, type AddressPolicy, type Family } from "../../model/addresses";
import type { HostPolicy } from "../../model/policy";
import { FALSE, type Node } from "../diagrams";
import type { Question } from "../landmarks";
import type { Reviewed } from "../reviewed";

/** Where a policy and `~/.ssh/config` say nothing else. */
const SSH_PORT = 22;

export function lockoutQuestions(policy: HostPolicy): Question[] {
  const { managedFrom } = policy.review ?? {};
  const port = portOf(policy);
  return [{ source: managedFrom, services: [{ kind: "ports", protocol: "tcp", ports: [[port, port]] }] }];
}

/**
 * Deployers reach SSH by the new rules: from every address that they are said to connect from; where nothing is said,
 * from one at least. A host behind jump hosts sees the last of them, at an address that the inventory does not know: it
 * is declared, or not known.
 */
export function deployersReachSsh(reviewed: Reviewed): void {
  const { policy } = reviewed;
  const { managedFrom, allowLockout } = policy.review ?? {};
  if (allowLockout === true) return;
  const wanted = managedFrom && addressesThatCount(policy, managedFrom);
  if (wanted === undefined) {
    if (managedFrom === undefined) tellUnknown(reviewed);
    if (admitted(reviewed) === FALSE) tellNobody(reviewed);
    return;
  }
  const missing = FAMILIES.filter((family) => wanted[family === 4 ? "v4" : "v6"].length > 0).map((family) =>
    refusedOf(reviewed, wanted, family),
  );
  // ssh tries the other family where one is refused.
  if (missing.every((set) => set !== FALSE)) tellManagers(reviewed, missing[0] ?? FALSE);
}

const FAMILIES: readonly Family[] = [4, 6];

function portOf({ target }: HostPolicy): number {
  return target.port ?? SSH_PORT;
}

/** A host that is connected to by an address is connected to by its family. */
function addressesThatCount({ target }: HostPolicy, { v4, v6 }: AddressPolicy): AddressPolicy | undefined {
  const family = target.jump === undefined ? familyOf(target.address) : undefined;
  const counting = { v4: family === 6 ? [] : v4, v6: family === 4 ? [] : v6 };
  return counting.v4.length + counting.v6.length === 0 ? undefined : counting;
}

/** First packets to SSH, as they come in from anywhere else. */
function toSsh(reviewed: Reviewed): Node {
  const { space, policy } = reviewed;
  const { diagrams, interfaces } = space;
  const port = portOf(policy);
  const foreign = diagrams.not(space.anyOf(space.in, [0, interfaces.of("lo")], interfaces.count));
  const ssh = diagrams.and(space.is(space.out, 0), space.withPorts("destination", PROTOCOL.tcp, [[port, port]]));
  return diagrams.and(reviewed.now, diagrams.and(space.is(space.local, 1), diagrams.and(foreign, ssh)));
}

/** Those that arrive at the host itself. What is not known of them may be as it must: a limit lets some pass. */
function admitted(reviewed: Reviewed): Node {
  const ssh = toSsh(reviewed);
  return reviewed.space.may(reviewed.where(({ verdict, to }) => verdict === "accept" && to === undefined, ssh));
}

/** The sources of a family from which no zone and no address of the host answers. */
function refusedOf(reviewed: Reviewed, wanted: AddressPolicy, family: Family): Node {
  const { space } = reviewed;
  const { diagrams } = space;
  const reaching = space.bySource(diagrams.and(admitted(reviewed), space.ofFamily(family)));
  const all = space.withAddress("source", family === 4 ? { v4: wanted.v4, v6: [] } : { v4: [], v6: wanted.v6 });
  return diagrams.without(all, reaching);
}

function tellManagers(reviewed: Reviewed, sources: Node): void {
  const refused = reviewed.space.diagrams.and(inZones(reviewed, toSsh(reviewed)), sources);
  const { packet, decider, source } = reviewed.evidence(refused);
  reviewed.report({
    ...reviewed.host,
    code: "lockout",
    problem: `deployers would be locked out: ${source} is of \`managedFrom\`, and kept from SSH by ${decider}`,
    packet,
    fix: `admit TCP port ${portOf(reviewed.policy)} from there, correct \`managedFrom\`, or say \`allowLockout: true\``,
  });
}

function tellNobody(reviewed: Reviewed): void {
  const { packet, decider } = reviewed.evidence(inZones(reviewed, toSsh(reviewed)));
  reviewed.report({
    ...reviewed.host,
    code: "lockout",
    problem: `nobody at all would reach SSH on TCP port ${portOf(reviewed.policy)}: they are kept from it by ${decider}`,
    packet,
    fix: "admit SSH from where you connect, or say `allowLockout: true`",
  });
}

function tellUnknown(reviewed: Reviewed): void {
  reviewed.report({
    ...reviewed.host,
    code: "manager-unknown",
    problem: "nothing says from where it is managed, so that a lock-out of its deployers can not be foreseen",
    fix: "name the addresses as `managedFrom` of the fleet or the host",
  });
}

/** By an interface of a zone, where there is one: an example that people can follow. */
function inZones(reviewed: Reviewed, set: Node): Node {
  const zones = reviewed.policy.zones.map(({ name }) => reviewed.ofZone("in", name));
  const inside = reviewed.space.diagrams.and(set, reviewed.space.diagrams.union(zones));
  return inside === FALSE ? set : inside;
}
