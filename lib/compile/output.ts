import type { HostPolicy, ZonePolicy } from "../model/policy";
import { acceptEstablished } from "./conntrack";
import { dhcpQuestions } from "./dhcp";
import { ruleRules } from "./entries";
import { ACCEPT, implicit } from "./implicit";
import { liesIn } from "./names";
import type { Chain } from "./ruleset";

/** What the host itself sends. Outbound is open: the chains exist only where a policy has outbound entries. */
export function outputChains(policy: HostPolicy): Chain[] {
  if (!policy.entries.some(({ from }) => from.kind === "host")) return [];
  return [
    {
      name: "output",
      hook: "output",
      rules: [
        implicit("loopback", ACCEPT, [{ kind: "out-interface", name: "lo" }]),
        acceptEstablished(),
        implicit("IPv6 needs it", ACCEPT, [{ kind: "icmp", family: 6, types: SENT_BY_IPV6 }], { family: 6 }),
        ...policy.zones.flatMap(dhcpQuestions),
        ...policy.zones.flatMap((zone) =>
          zone.interfaces.map(({ name }) =>
            implicit(`to ${zone.name}`, { kind: "jump", chain: `output/${zone.name}` }, [
              { kind: "out-interface", name },
            ]),
          ),
        ),
      ],
    },
    ...policy.zones.map((zone) => zoneChain(policy, zone)),
  ];
}

/** Errors, router solicitation, neighbour discovery and multicast listener reports (RFC 4890, 4.4.1). */
const SENT_BY_IPV6 = [1, 2, 3, 4, 131, 132, 133, 135, 136, 143].map((type) => ({ type }));

function zoneChain(policy: HostPolicy, zone: ZonePolicy): Chain {
  const rules = policy.entries.flatMap((entry) => {
    if (entry.kind === "forward") return [];
    const { from, to } = entry;
    const meant = from.kind === "host" && (to.kind === "all" || liesIn(to, zone));
    return meant ? ruleRules(policy, entry, "local") : [];
  });
  return { name: `output/${zone.name}`, rules };
}
