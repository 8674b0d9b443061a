import type { HostPolicy, ZonePolicy } from "../model/policy";
import { acceptEstablished, dropInvalid } from "./conntrack";
import { proxyRules } from "./containers";
import { dhcpAnswers } from "./dhcp";
import { ruleRules } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import { liesIn } from "./names";
import { entersBy, passRules } from "./port-forwards";
import type { Chain, Rule } from "./ruleset";
import { tail, zoneTail } from "./tail";

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
        ...dropInvalid(policy),
        ...policy.zones.flatMap(dhcpAnswers),
        ...policy.zones.flatMap(extraProtocols),
        ...policy.zones.flatMap(enterZone),
        ...tail(),
      ],
    },
    ...policy.zones.map((zone) => zoneChain(policy, zone)),
  ];
}

function zoneChain(policy: HostPolicy, zone: ZonePolicy): Chain {
  const rules = policy.entries.flatMap((entry) => {
    if (entry.kind === "forward") return entersBy(entry, zone) ? passRules(policy, entry, "local") : [];
    const { from, to } = entry;
    if (!liesIn(from, zone)) return [];
    if (to.kind === "container") return proxyRules(policy, entry);
    return to.kind === "host" || to.kind === "all" ? ruleRules(policy, entry, "local") : [];
  });
  return { name: `input/${zone.name}`, rules: [...rules, ...zoneTail(zone)] };
}

/** Tunnels and routing protocols that speak to the host itself on an interface. */
function extraProtocols(zone: ZonePolicy): Rule[] {
  return zone.interfaces.flatMap(({ name, protocols = [] }) =>
    protocols.map((number) =>
      implicit(`protocol ${number} on ${name}`, ACCEPT, [
        { kind: "in-interface", name },
        { kind: "protocol", number },
      ]),
    ),
  );
}

function enterZone(zone: ZonePolicy): Rule[] {
  return zone.interfaces.map(({ name }) =>
    implicit(`from ${zone.name}`, { kind: "jump", chain: `input/${zone.name}` }, [{ kind: "in-interface", name }]),
  );
}
