import { conditionsInWords } from "./conditions";
import { endpointInWords } from "./endpoint";
import type { Entry, ForwardEntry, HostAddress, RuleEntry } from "./policy";

/**
 * An entry as one line in the policy's own words: `accept  ssh  ext → host  from office`. Plans, reviews and the
 * kernel's comments show it. Entries with the same meaning have the same words.
 */
export function entryInWords(entry: Entry): string {
  const parts = entry.kind === "rule" ? ruleInWords(entry) : forwardInWords(entry);
  if (hasConditions(entry)) parts.push(...conditionsInWords(entry));
  if (entry.comment !== undefined && entry.comment !== "") parts.push(`# ${entry.comment}`);
  return parts.join("  ");
}

function ruleInWords({ action, services, from, to, source, destination, published, link, snat }: RuleEntry): string[] {
  // What Docker forwards reads as what the host itself forwards.
  const verb = published === "services" && action === "accept" ? "forward" : action;
  const all = published === undefined ? "all services" : "published ports";
  const parts = [
    verb.padEnd(10),
    services.length === 0 ? all : services.join(", "),
    `${endpointInWords(from)} → ${endpointInWords(to)}`,
  ];
  if (source.length > 0) parts.push(`from ${source.join(", ")}`);
  if (destination.length > 0) parts.push(`to ${destination.join(", ")}`);
  if (link !== undefined) parts.push(`link ${link}`);
  if (snat !== undefined) parts.push(`as ${addressInWords(snat)}`);
  return parts;
}

function forwardInWords({ services, from, target, targetPorts, external, source, hairpin }: ForwardEntry): string[] {
  const port = targetPorts === undefined ? "" : ` port ${[...new Set(targetPorts)].join("-")}`;
  const parts = [
    "forward".padEnd(10),
    services.length === 0 ? "all services" : services.join(", "),
    `${endpointInWords(from)} → ${addressInWords(target)}${port}`,
  ];
  if (external.length > 0) parts.push(`at ${external.join(", ")}`);
  if (source.length > 0) parts.push(`from ${source.join(", ")}`);
  if (hairpin.length > 0) parts.push(`also from ${hairpin.join(", ")}`);
  return parts;
}

function addressInWords({ v4, v6 }: HostAddress): string {
  return [v4, v6].filter((address) => address !== undefined).join(", ");
}

/** Most entries have none: a large fleet has millions of entries. */
function hasConditions(entry: Entry): boolean {
  return (
    entry.exceptSource !== undefined ||
    entry.exceptDestination !== undefined ||
    entry.sourcePorts !== undefined ||
    entry.log !== undefined ||
    entry.limit !== undefined ||
    entry.connections !== undefined ||
    entry.expires !== undefined ||
    entry.raw !== undefined
  );
}
