import type { HostPolicy, ZonePolicy } from "../model/policy";
import { acceptEstablished } from "./conntrack";
import { dhcpAnswers } from "./dhcp";
import { LOCAL, entryRules, isZone } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import type { Chain, Rule } from "./ruleset";
import { tail } from "./tail";

/**
 * ICMPv6 that IPv6 can not live without, let in before any entry (RFC 4890, 4.4.1): errors and path MTU (1–4), router
 * solicitation and advertisement, neighbour discovery (133–136), multicast listener messages (130–132, 143).
 */
const NEEDED_BY_IPV6 = [1, 2, 3, 4, 130, 131, 132, 133, 134, 135, 136, 143].map((type) => ({ type }));

/** What comes to the host itself. */
export function inputChains(policy: HostPolicy): Chain[] {
  return [
    {
      name: "input",
      hook: "input",
      rules: [
        implicit("loopback", ACCEPT, [{ kind: "in-interface", name: "lo" }]),
        acceptEstablished(),
        implicit("IPv6 needs it", ACCEPT, [{ kind: "icmp", family: 6, types: NEEDED_BY_IPV6 }], { family: 6 }),
        ...policy.zones.flatMap(dhcpAnswers),
        ...policy.zones.flatMap(enterZone),
        ...tail(),
      ],
    },
    ...policy.zones.map((zone) => zoneChain(policy, zone)),
  ];
}

function zoneChain(policy: HostPolicy, zone: ZonePolicy): Chain {
  const entries = policy.entries.filter(
    ({ from, to }) => isZone(from, zone.name) && (to.kind === "host" || to.kind === "all"),
  );
  return { name: `input/${zone.name}`, rules: entries.flatMap((entry) => entryRules(policy, entry, LOCAL)) };
}

function enterZone(zone: ZonePolicy): Rule[] {
  return zone.interfaces.map(({ name }) =>
    implicit(`from ${zone.name}`, { kind: "jump", chain: `input/${zone.name}` }, [{ kind: "in-interface", name }]),
  );
}
