import { portForm } from "../lib/model/condition-forms";
import { containerOfWords } from "../lib/model/containers";
import { noneOfContainers } from "../lib/model/entry-of-form";
import type { Mistake } from "../lib/model/explain-issues";
import type { Origin } from "../lib/model/origin";
import type { Entry } from "../lib/model/policy";
import { readForm } from "../lib/model/read-form";
import { Container } from "./container";
import type { Endpoints } from "./endpoints";
import type { ForwardProps } from "./forward";
import { hostAddressFrom } from "./one-machine";
import type { UsedAddresses } from "./used-addresses";

/** The entry that the properties of a port forward mean, its conditions apart; nothing where a part of it is missing. */
export function forwardOf(
  props: ForwardProps,
  services: readonly string[],
  origin: Origin,
  names: { readonly addresses: UsedAddresses; readonly endpoints: Endpoints },
  mistakes: Mistake[],
): Entry | undefined {
  const { addresses, endpoints } = names;
  const from = endpoints.of("from", props.from, mistakes);
  if (Container.isContainer(props.to) || (typeof props.to === "string" && containerOfWords(props.to) !== undefined)) {
    for (const property of ["port", "at", "hairpin"] as const) {
      if (props[property] !== undefined) mistakes.push(noneOfContainers(property));
    }
    const to = endpoints.of("to", props.to, mistakes);
    const source = addresses.namesOf(props.source, origin, mistakes);
    if (from === undefined || to === undefined) return undefined;
    return {
      kind: "rule",
      action: "accept",
      from,
      to,
      source,
      destination: [],
      services,
      published: "services",
      origin,
    };
  }
  const target = hostAddressFrom("to", props.to, addresses, mistakes);
  const external = addresses.namesOf(props.at, origin, mistakes);
  const source = addresses.namesOf(props.source, origin, mistakes);
  const hairpin = hairpinOf(props.hairpin, endpoints, mistakes);
  const targetPorts = readForm("port", portForm.optional(), props.port, mistakes);
  if (from === undefined || target === undefined) return undefined;
  const ports = targetPorts === undefined ? {} : { targetPorts };
  return { kind: "forward", from, external, source, services, target, ...ports, hairpin, origin };
}

function hairpinOf(given: ForwardProps["hairpin"], endpoints: Endpoints, mistakes: Mistake[]): readonly string[] {
  if (given === undefined) return [];
  const zones = new Set<string>();
  for (const one of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
    const endpoint = endpoints.of("hairpin", one, mistakes);
    if (endpoint?.kind === "zone") zones.add(endpoint.name);
    else if (endpoint !== undefined) {
      mistakes.push({
        problem: `\`${endpoint.kind}\` is no zone inside`,
        allowed: "zones of this host, or their names",
      });
    }
  }
  return Object.freeze([...zones]);
}
