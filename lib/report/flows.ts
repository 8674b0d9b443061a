import { serviceInWords } from "../model/policy-words";
import { endpointInWords } from "../model/endpoint";
import type { Endpoint, Entry, HostPolicy, RuleEntry } from "../model/policy";
import type { ServicePolicy } from "../model/services";
import type { Flow } from "./data";

/** The kernel's machine itself, as a side of a flow. */
export const HOST_SIDE = "host";

/**
 * What may pass from every zone to the host and to every zone, by the entries in their order. ICMP is not told: the
 * language lets it through everywhere, unless an entry for all services refuses it.
 */
export function flowsOf(policy: HostPolicy): Flow[] {
  const zones = policy.zones.map(({ name }) => name);
  return zones.flatMap((from) => [HOST_SIDE, ...zones].map((to) => flowBetween(policy, from, to)));
}

function flowBetween(policy: HostPolicy, from: string, to: string): Flow {
  const admits: string[] = [];
  const refuses: string[] = [];
  for (const entry of policy.entries) {
    if (!leads(entry, from, to)) continue;
    const accepts = entry.kind === "forward" || entry.action.startsWith("accept");
    const all = entry.kind === "rule" && decidesAll(entry);
    if (accepts || !all) (accepts ? admits : refuses).push(inShort(entry, policy));
    if (all) return { from, to, admits, refuses, extent: accepts ? "everything" : extentOf(admits) };
  }
  const rest = policy.zones.find(({ name }) => name === from)?.default;
  if (rest === "accept") admits.push("everything else");
  return { from, to, admits, refuses, extent: rest === "accept" ? "everything" : extentOf(admits) };
}

function extentOf(admits: readonly string[]): Flow["extent"] {
  return admits.length === 0 ? "nothing" : "some";
}

/** A forward leads to the zone of the machine behind, which only routing knows: it is shown towards the host. */
function leads(entry: Entry, from: string, to: string): boolean {
  if (!isSide(entry.from, from)) return false;
  return entry.kind === "forward" ? to === HOST_SIDE : isSide(entry.to, to);
}

function isSide(endpoint: Endpoint, side: string): boolean {
  return endpoint.kind === "all" || endpointInWords(endpoint) === side;
}

/** Whether no new connection gets past the entry. */
function decidesAll(entry: RuleEntry): boolean {
  return (
    entry.services.length + entry.source.length + entry.destination.length === 0 &&
    entry.published === undefined &&
    entry.exceptSource === undefined &&
    entry.exceptDestination === undefined &&
    entry.sourcePorts === undefined &&
    entry.limit === undefined &&
    entry.connections === undefined &&
    entry.expires === undefined &&
    entry.raw === undefined
  );
}

function inShort(entry: Entry, policy: HostPolicy): string {
  const services = entry.services.map((name) => serviceShown(name, policy.services[name]));
  const parts = [services.length === 0 ? "everything" : services.join(", ")];
  if (entry.kind === "forward") parts.push(`→ ${[entry.target.v4, entry.target.v6].filter(Boolean).join(", ")}`);
  if (entry.source.length > 0) parts.push(`from ${entry.source.join(", ")}`);
  if (entry.kind === "rule" && entry.destination.length > 0) parts.push(`to ${entry.destination.join(", ")}`);
  return parts.join(" ");
}

/** `ssh (tcp 22)`; one that is written where it is used, `tcp/8443`, tells itself. */
function serviceShown(name: string, service: ServicePolicy | undefined): string {
  return service === undefined || name.includes("/") ? name : `${name} (${serviceInWords(service)})`;
}
