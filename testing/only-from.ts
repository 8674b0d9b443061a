import type { Host, PacketProps, ServiceLike } from "../constructs";
import { mayPass, namedPackets, receivedFromOthers } from "../lib/analysis/asked-packets";
import { FALSE } from "../lib/analysis/diagrams";
import { familyOf } from "../lib/model/addresses";
import { nearestName, show } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";
import { ask, fleetOf } from "./asked-hosts";
import { exceptionInWords, proof } from "./refutations";

/** Who alone reaches whom, and by what. */
export interface AcceptedOnlyFrom {
  /** A group of the fleet. */
  readonly from?: string | undefined;
  /** Where their packets come from; alone, whoever has these addresses. @default the addresses of the group's hosts */
  readonly source?: PacketProps["source"];
  /** A group of the fleet: the hosts that are reached. @default all hosts that are asked */
  readonly to?: string | undefined;
  readonly service: ServiceLike | readonly ServiceLike[];
}

/** Where others reach one of the hosts, or one of those that should does not. */
export function refutationsOfOnlyFrom(hosts: readonly Host[], props: AcceptedOnlyFrom): string[] {
  const { to } = props;
  return (to === undefined ? hosts : membersOf(to, hosts)).flatMap((host) => refutations(host, props));
}

function refutations(host: Host, { from, source = sourceOf(from, host), service }: AcceptedOnlyFrom): string[] {
  const wanted = { ...host.readQuestion({ source, service }), verdict: "accepted" as const };
  const { reviewed, questions } = ask(host, [wanted]);
  return questions.flatMap((question) => {
    const { diagrams } = reviewed.space;
    const missing = exceptionInWords(host, reviewed, question);
    const all = namedPackets(reviewed, { ...question, source: undefined });
    const others = diagrams.without(diagrams.and(receivedFromOthers(reviewed), all), namedPackets(reviewed, question));
    const foreign = mayPass(reviewed, others);
    const who = from === undefined ? "those that are named" : `the group ${show(from)}`;
    return [
      ...(missing === undefined ? [] : [missing]),
      ...(foreign === FALSE ? [] : [proof(host, reviewed, foreign, `others than ${who} are accepted`)]),
    ];
  });
}

function membersOf(group: string, hosts: readonly Host[]): readonly Host[] {
  const found = hosts.filter(({ groups }) => groups.includes(group));
  if (found.length > 0) return found;
  const near = nearestName(group, new Set(hosts.flatMap(({ groups }) => groups)));
  throw new UserError(
    "unknown-group",
    `no host that is asked is in the group ${show(group)}`,
    near === undefined ? "Name a group of the inventory." : `Did you mean \`${near}\`?`,
  );
}

function sourceOf(group: string | undefined, host: Host): readonly string[] {
  if (group === undefined) {
    throw new UserError(
      "no-sender",
      "it is not said who alone may",
      "Name a group as `from`, or addresses as `source`.",
    );
  }
  return membersOf(group, fleetOf(host).hosts).map(({ hostName, target: { address } }) => {
    if (familyOf(address) !== undefined) return address;
    throw new UserError(
      "no-address",
      `the host ${show(hostName)} has a name and no address: ${show(address)}`,
      "Give the inventory its address, or the addresses that packets come from as `source`.",
    );
  });
}
