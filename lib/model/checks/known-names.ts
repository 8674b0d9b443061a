import { nearestName, show } from "../findings";
import type { Origin } from "../origin";
import type { Endpoint, Entry } from "../policy";
import type { Check } from "./check";

/** Every zone that an entry names is declared on its host. */
export const zonesAreKnown: Check = ({ policy, report }) => {
  const known = new Set(policy.zones.map((zone) => zone.name));
  const check = (entry: Entry, side: Endpoint, allowed: string[]) => {
    if (side.kind !== "zone" || known.has(side.name)) return;
    const names = [...known, ...allowed];
    const near = nearestName(side.name, names);
    report({
      origin: entry.origin,
      problem: `${show(side.name)} is no zone of ${show(policy.host)}`,
      allowed: names.map(show).join(", "),
      fix: near === undefined ? "declare the zone on this host, or name one that is" : `did you mean \`${near}\`?`,
    });
  };
  for (const entry of policy.entries) {
    check(entry, entry.from, entry.kind === "rule" ? ["host"] : []);
    if (entry.kind === "rule") check(entry, entry.to, ["host", "all"]);
    else for (const name of entry.hairpin) check(entry, { kind: "zone", name }, []);
  }
};

/** Every address that an entry names is declared. */
export const addressesAreKnown: Check = ({ policy, addressNames, report }) => {
  const known = new Set(Object.keys(policy.addresses));
  const check = (name: string, origin: Origin) => {
    if (known.has(name)) return;
    const near = nearestName(name, addressNames);
    report({
      origin,
      problem: `${show(name)} is no known address`,
      allowed: "the name of a declared address, or an address such as `203.0.113.0/24`",
      fix: near === undefined ? `declare an address named ${show(name)}` : `did you mean \`${near}\`?`,
    });
  };
  for (const entry of policy.entries) {
    const { source, origin, exceptSource = [], exceptDestination = [] } = entry;
    const destination = entry.kind === "rule" ? entry.destination : entry.external;
    for (const names of [source, destination, exceptSource, exceptDestination]) {
      for (const name of names) check(name, origin);
    }
  }
};

/** Every service that an entry names is declared, or in the library. */
export const servicesAreKnown: Check = ({ policy, serviceNames, report }) => {
  const known = new Set(Object.keys(policy.services));
  for (const entry of policy.entries) {
    for (const name of entry.services) {
      if (known.has(name)) continue;
      const near = nearestName(name, serviceNames);
      report({
        origin: entry.origin,
        problem: `${show(name)} is no known service`,
        allowed: "the name of a declared service, a name from the library, or ports such as `tcp/8443`",
        fix: near === undefined ? `declare a service named ${show(name)}` : `did you mean \`${near}\`?`,
      });
    }
  }
};
