import type { HostPolicy, ZonePolicy } from "../model/policy";
import { acceptEstablished } from "./conntrack";
import { FORWARDED, entryRules, isZone } from "./entries";
import { DROP, implicit } from "./implicit";
import type { Chain, Rule } from "./ruleset";
import { tail } from "./tail";

/** What the host passes on from one interface to another. */
export function forwardChains(policy: HostPolicy): Chain[] {
  return [
    {
      name: "forward",
      hook: "forward",
      rules: [acceptEstablished(), ...policy.zones.flatMap(dropHairpin), ...policy.zones.flatMap(enterZone), ...tail()],
    },
    ...policy.zones.map((from) => ({
      name: `forward/${from.name}`,
      rules: policy.zones.flatMap((to) => enterPair(from, to)),
    })),
    ...policy.zones.flatMap((from) => policy.zones.map((to) => pairChain(policy, from, to))),
  ];
}

function pairChain(policy: HostPolicy, from: ZonePolicy, to: ZonePolicy): Chain {
  const entries = policy.entries.filter(
    (entry) => isZone(entry.from, from.name) && (entry.to.kind === "all" || isZone(entry.to, to.name)),
  );
  return {
    name: `forward/${from.name}/${to.name}`,
    rules: entries.flatMap((entry) => entryRules(policy, entry, FORWARDED)),
  };
}

/** In and out by one interface is a mistake of routing or a trick, unless the interface is a bridge. */
function dropHairpin(zone: ZonePolicy): Rule[] {
  return zone.interfaces.map(({ name }) =>
    implicit(
      "in and out by one interface",
      DROP,
      [
        { kind: "in-interface", name },
        { kind: "out-interface", name },
      ],
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
