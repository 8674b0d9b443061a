import type { AddressPolicy } from "../model/addresses";
import { EntryIds } from "../model/entry-ids";
import type { Endpoint } from "../model/endpoint";
import { hostAddressOf } from "../model/host-address";
import { linkNameOf } from "../model/links";
import {
  POLICY_FORMAT,
  type Backend,
  type Entry,
  type ForwardEntry,
  type HostPolicy,
  type RuleEntry,
} from "../model/policy";
import type { ServicePolicy } from "../model/services";
import type { SshTarget } from "../model/target";
import {
  declaredOf,
  partsOf,
  type AddressUse,
  type EntryPlan,
  type ForwardPlan,
  type HostPlan,
  type RulePlan,
  type ServiceUse,
} from "./plan";

export interface PolicyTarget {
  readonly target: SshTarget;
  readonly backend: Backend;
  readonly groups?: readonly string[];
}

/** A host's plan as the policy that its program would make: the same names, entries and paths. */
export function policyOfPlan(plan: HostPlan, { target, backend, groups = [] }: PolicyTarget): HostPolicy {
  const path = `fleet/${plan.name}`;
  const writer = new EntryWriter(path);
  const entries = declaredOf(plan.entries).map((entry) => writer.write(entry));
  return {
    format: POLICY_FORMAT,
    host: plan.name,
    path,
    ...(groups.length > 0 && { groups }),
    backend,
    target,
    zones: declaredOf(plan.zones).map(({ name, interfaces, containers, place }) => ({
      name,
      interfaces: interfaces.map((one) => ({ ...one, origin: { path: `${path}/${name}/${one.name}`, ...place } })),
      ...(containers !== undefined && { containers }),
      origin: { path: `${path}/${name}`, ...place },
    })),
    addresses: Object.fromEntries(writer.addresses),
    services: Object.fromEntries(writer.services),
    entries,
  };
}

function linkOf(link: true | undefined, to: Endpoint): { link?: string } {
  const name = link === undefined ? undefined : linkNameOf(link, to);
  return typeof name === "string" ? { link: name } : {};
}

/** Writes entries, and gathers what they name. */
class EntryWriter {
  readonly addresses = new Map<string, AddressPolicy>();
  readonly services = new Map<string, ServicePolicy>();
  readonly #ids = new EntryIds();

  constructor(private readonly path: string) {}

  write(plan: EntryPlan): Entry {
    return plan.kind === "rule" ? this.#rule(plan) : this.#forward(plan);
  }

  #rule({
    action,
    from,
    to,
    source,
    destination,
    service,
    published,
    link,
    sourcePort,
    raw,
    comment,
    place,
  }: RulePlan): RuleEntry {
    const services = this.#servicesOf(service);
    return {
      kind: "rule",
      action,
      from,
      to,
      source: this.#addressesOf(source),
      destination: this.#addressesOf(destination),
      services,
      ...linkOf(link, to),
      ...(published && { published: "all" as const }),
      ...(sourcePort !== undefined && { sourcePorts: [[sourcePort, sourcePort] as const] }),
      ...(raw !== undefined && { raw }),
      ...(comment !== undefined && { comment }),
      origin: { path: `${this.path}/${this.#ids.find(action, services)}`, ...place },
    };
  }

  #forward({ from, at, to, service, port, place }: ForwardPlan): ForwardEntry {
    const services = this.#servicesOf(service);
    const policies = partsOf(to).map(({ policy }) => policy);
    const machine = { v4: policies.flatMap(({ v4 }) => v4), v6: policies.flatMap(({ v6 }) => v6) };
    const target = hostAddressOf(machine, "the target");
    // INVARIANT: what is no machine was told when the tables were checked.
    if ("problem" in target) throw new Error(`invariant: ${target.problem}`);
    return {
      kind: "forward",
      from: { kind: "zone", name: from },
      external: this.#addressesOf(at),
      source: [],
      services,
      target,
      ...(port !== undefined && { targetPorts: port }),
      hairpin: [],
      origin: { path: `${this.path}/${this.#ids.find("forward", services)}`, ...place },
    };
  }

  #addressesOf(use: AddressUse | undefined): readonly string[] {
    return partsOf(use).map(({ name, policy }) => {
      this.addresses.set(name, policy);
      return name;
    });
  }

  #servicesOf(use: ServiceUse | undefined): readonly string[] {
    return partsOf(use).map(({ name, policy }) => {
      this.services.set(name, policy);
      return name;
    });
  }
}
