import { show } from "../findings";
import { printOrigin, type Origin } from "../origin";
import type { Check } from "./check";

/** A zone's name is declared once on a host. */
export const zonesAreDeclaredOnce: Check = ({ policy, report }) => {
  const seen = new Map<string, Origin>();
  for (const zone of policy.zones) {
    const origin = zone.origin ?? { path: `${policy.path}/${zone.name}` };
    const first = seen.get(zone.name);
    if (first === undefined) seen.set(zone.name, origin);
    else {
      report({
        origin,
        problem: `the zone ${show(zone.name)} is declared twice, first at ${printOrigin(first)}`,
        fix: "put all interfaces into one declaration, or rename one of the two",
      });
    }
  }
};

/** An interface belongs to one zone, and is named there once. */
export const interfacesBelongToOneZone: Check = ({ policy, report }) => {
  const zoneOf = new Map<string, string>();
  for (const zone of policy.zones) {
    for (const { name, origin } of zone.interfaces) {
      const first = zoneOf.get(name);
      if (first === undefined) zoneOf.set(name, zone.name);
      else {
        report({
          origin: origin ?? zone.origin ?? { path: `${policy.path}/${zone.name}` },
          problem:
            first === zone.name
              ? `the interface ${show(name)} is named twice in the zone ${show(first)}`
              : `the interface ${show(name)} is in two zones, ${show(first)} and ${show(zone.name)}`,
          fix: "name it once: a packet comes from one zone only",
        });
      }
    }
  }
};

/** What a pattern names belongs to its zone: no interface of another zone, and no pattern of one, fits it. */
export const patternsStayInTheirZone: Check = ({ policy, report }) => {
  const patterns = policy.zones.flatMap(({ name: zone, interfaces }) =>
    // A bare `*` is no name for an interface, which is told elsewhere.
    interfaces.filter(({ name }) => name.endsWith("*") && name.length > 1).map(({ name }) => ({ zone, pattern: name })),
  );
  for (const { zone, pattern } of patterns) {
    const start = pattern.slice(0, -1);
    for (const other of policy.zones) {
      for (const { name, origin } of other.interfaces) {
        // Equal names are told as an interface in two zones.
        if (other.name === zone || name === pattern || !name.startsWith(start)) continue;
        report({
          origin: origin ?? other.origin ?? { path: `${policy.path}/${other.name}` },
          problem: `the interface ${show(name)} of the zone ${show(other.name)} fits ${show(pattern)} of the zone ${show(zone)}`,
          fix: "choose a longer pattern, or name the interfaces: a packet comes from one zone only",
        });
      }
    }
  }
};
