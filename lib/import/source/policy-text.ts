import { parse } from "yaml";
import { DOCKER_INTERFACES } from "../../model/containers";
import { endpointInWords } from "../../model/endpoint";
import {
  declaredOf,
  partsOf,
  type AddressPlan,
  type EntryPlan,
  type HostPlan,
  type Named,
  type RulePlan,
  type Use,
  type ZonePlan,
} from "../plan";
import { sourceLines } from "./comments";

/** A plan whose addresses and services stand where they are used, as a policy file. */
export function policyText(plan: HostPlan): string {
  const entries = sourceLines(plan.entries, 2, (entry) => [`  - ${inFlow(entryForm(entry))}`]);
  return [
    `host: ${inFlow(plan.name)}`,
    "ssh: { user: root }",
    ...(plan.backend === undefined ? [] : [`backend: ${plan.backend}`]),
    "zones:",
    ...declaredOf(plan.zones).map((zone) => `  ${zone.name}: ${inFlow(zoneForm(zone))}`),
    "entries:",
    ...entries.map((line) => line.replace(/^( *)\/\//, "$1#")),
    "",
  ].join("\n");
}

/** On one line, as people write entries: the library breaks lines after 60 characters. */
function inFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inFlow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${inFlow(one)}`)
      .join(", ")} }`;
  }
  const text = String(value);
  const plain = typeof value !== "string" || (/^[\w./][\w./:+= -]*$/.test(text) && isItself(text));
  return plain ? text : JSON.stringify(text);
}

/** `80` and `true` would be no texts. */
const isItself = (text: string) => JSON.stringify(parse(`[${text}]`)) === JSON.stringify([text]);

function zoneForm({ interfaces, containers }: ZonePlan): unknown {
  const names = interfaces.map(({ name }) => name);
  if (containers === undefined) return oneOrList(names);
  return names.join() === DOCKER_INTERFACES.join() ? { containers } : { containers, interfaces: names };
}

function entryForm(entry: EntryPlan): Record<string, unknown> {
  if (entry.kind === "rule") return ruleForm(entry);
  const { from, at, to, service, port } = entry;
  return {
    forward: namesOf(service) ?? "all",
    from,
    to: namesOf(to),
    ...(port !== undefined && { port: port[0] === port[1] ? port[0] : port.join("-") }),
    at: namesOf(at),
  };
}

function ruleForm(rule: RulePlan): Record<string, unknown> {
  const { action, from, to, source, destination, service, published, link, sourcePort, raw, comment } = rule;
  return {
    [action]: published === true ? "published" : (namesOf(service) ?? "all"),
    from: endpointInWords(from),
    to: endpointInWords(to),
    ...(source !== undefined && { source: namesOf(source) }),
    ...(destination !== undefined && { destination: namesOf(destination) }),
    ...(link === true && { link }),
    ...(sourcePort !== undefined && { sourcePort }),
    ...(raw !== undefined && { raw }),
    ...(comment !== undefined && { comment }),
  };
}

function namesOf(use: Use<AddressPlan> | Use<Named<unknown>> | undefined): string | readonly string[] | undefined {
  if (use === undefined) return undefined;
  return oneOrList(partsOf<Named<unknown>>(use).map(({ name }) => name));
}

const oneOrList = (names: readonly string[]) => (names.length === 1 ? names[0] : names);
