import type { Endpoint, Entry } from "./policy";

/**
 * An entry as one line in the policy's own words: `accept  ssh  ext → host  from office`. Plans, reviews and the
 * kernel's comments show it. Entries with the same meaning have the same words.
 */
export function entryInWords(entry: Entry): string {
  const parts = [
    entry.action.padEnd(10),
    entry.services.length === 0 ? "all services" : entry.services.join(", "),
    `${endpointInWords(entry.from)} → ${endpointInWords(entry.to)}`,
  ];
  if (entry.source.length > 0) parts.push(`from ${entry.source.join(", ")}`);
  if (entry.destination.length > 0) parts.push(`to ${entry.destination.join(", ")}`);
  if (entry.comment !== undefined && entry.comment !== "") parts.push(`# ${entry.comment}`);
  return parts.join("  ");
}

export function endpointInWords(endpoint: Endpoint): string {
  return endpoint.kind === "zone" ? endpoint.name : endpoint.kind;
}
