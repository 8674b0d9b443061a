import type { HostPolicy, ZonePolicy } from "../model/policy";
import { leaveToDocker, publishedRules } from "./containers";
import { acceptEstablished, dropInvalid } from "./conntrack";
import { ruleRules } from "./entries";
import { DROP, implicit } from "./implicit";
import { liesIn } from "./names";
import { entersBy, forwardsOf, hairpinRules, passRules } from "./port-forwards";
import type { Chain, Match, Rule } from "./ruleset";
import { tail, zoneTail } from "./tail";

/** What the host passes on from one interface to another. */
export function forwardChains(policy: HostPolicy): Chain[] {
  return [
    {
      name: "forward",
      hook: "forward",
      rules: [
        acceptEstablished(),
        ...dropInvalid(policy),
        ...policy.zones.flatMap((zone) => dropHairpin(policy, zone)),
        ...policy.zones.flatMap(enterZone),
        ...policy.zones.flatMap(leaveToDocker),
        ...tail(),
      ],
    },
    ...policy.zones.map((from) => ({
      name: `forward/${from.name}`,
      rules: [...policy.zones.flatMap((to) => enterPair(from, to)), ...zoneTail(from)],
    })),
    ...policy.zones.flatMap((from) => policy.zones.map((to) => pairChain(policy, from, to))),
  ];
}

function pairChain(policy: HostPolicy, from: ZonePolicy, to: ZonePolicy): Chain {
  const rules = policy.entries.flatMap((entry) => {
    if (entry.kind === "forward") {
      return entersBy(entry, from) ? passRules(policy, entry, "passing") : [];
    }
    const meant = liesIn(entry.from, from) && (entry.to.kind === "all" || liesIn(entry.to, to));
    if (!meant) return [];
    return entry.published === undefined ? ruleRules(policy, entry, "passing") : publishedRules(policy, entry, from);
  });
  const marks = from === to && rules.length > 0 ? hairpinRules(policy, from) : [];
  return { name: `forward/${from.name}/${to.name}`, rules: [...marks, ...rules] };
}

/**
 * In and out by one interface is a mistake of routing or a trick, unless the interface is a bridge or a port forward
 * sends packets back to where they came from. Of interfaces that are named by a pattern, the zone's entries decide; those
 * of containers are Docker's bridges.
 */
function dropHairpin(policy: HostPolicy, zone: ZonePolicy): Rule[] {
  const unless: Match[] = forwardsOf(policy).length === 0 ? [] : [{ kind: "forwarded", is: false }];
  return zone.interfaces
    .filter(({ name }) => !name.endsWith("*") && zone.containers === undefined)
    .map(({ name }) =>
      implicit(
        "in and out by one interface",
        DROP,
        [{ kind: "in-interface", name }, { kind: "out-interface", name }, ...unless],
        { unlessBridge: name },
      ),
    );
}

function enterZone(zone: ZonePolicy): Rule[] {
  return zone.interfaces.map(({ name }) =>
    implicit(`from ${zone.name}`, { kind: "jump", chain: `forward/${zone.name}` }, [{ kind: "in-interface", name }]),
  );
}

function enterPair(from: ZonePolicy, to: ZonePolicy): Rule[] {
  return to.interfaces.map(({ name }) =>
    implicit(`${from.name} → ${to.name}`, { kind: "jump", chain: `forward/${from.name}/${to.name}` }, [
      { kind: "out-interface", name },
    ]),
  );
}
