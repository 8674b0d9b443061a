import { readAddressText } from "./address-text";
import { isEmptyAddress, joinAddresses, type AddressPolicy } from "./addresses";
import { conditionsOf } from "./condition-forms";
import { containerOfWords } from "./containers";
import type { Mistake } from "./explain-issues";
import { nearestName, show } from "./findings";
import { hostAddressOf } from "./host-address";
import { linkNameOf } from "./links";
import type { Origin } from "./origin";
import { action, type Endpoint, type Entry, type HostAddress, type RuleEntry } from "./policy";
import type { ForwardForm, RuleForm } from "./policy-file";
import { libraryService, SERVICE_LIBRARY } from "./service-library";
import { readServiceText, SERVICE_FORMS } from "./service-text";
import type { ServicePolicy } from "./services";

/** The objects that entries name, of which those in use become part of the policy. */
export interface NamedObjects {
  readonly addresses: ReadonlyMap<string, AddressPolicy>;
  readonly services: ReadonlyMap<string, ServicePolicy>;
}

/** The objects that entries do name: filled while entries are read. */
export interface UsedObjects {
  readonly addresses: Record<string, AddressPolicy>;
  readonly services: Record<string, ServicePolicy>;
}

/** How an entry's names are looked up, and what is wrong with them told. */
export interface Lookup {
  readonly known: NamedObjects;
  readonly used: UsedObjects;
  complain(mistake: Mistake): void;
}

/** The rule that a form means, or nothing where its action is not clear. */
export function ruleOfForm(form: RuleForm, origin: Origin, lookup: Lookup): RuleEntry | undefined {
  const [verb, ...more] = action.options.filter((name) => form[name] !== undefined);
  if (verb === undefined || more.length > 0 || form.forward !== undefined) {
    lookup.complain(
      unclearAction([...(verb === undefined ? [] : [verb, ...more]), ...(form.forward ? ["forward"] : [])]),
    );
    return undefined;
  }
  const snat = form.snat && machineOf("snat", form.snat, lookup);
  const to = endpointOf(form.to);
  const link = form.link === undefined ? undefined : linkNameOf(form.link, to);
  if (typeof link === "object") lookup.complain(link);
  const published = form[verb]?.length === 1 && form[verb][0] === "published";
  return {
    kind: "rule",
    action: verb,
    from: endpointOf(form.from),
    to,
    source: addressesOf(form.source ?? [], lookup),
    destination: addressesOf(form.destination ?? [], lookup),
    services: published ? [] : servicesOf(form[verb] ?? [], lookup),
    ...(published && { published: "all" }),
    ...(typeof link === "string" && { link }),
    ...(snat && { snat }),
    ...moreOf(form, lookup),
    origin,
  };
}

/** The port forward that a form means, or nothing where it leads nowhere. To a container, it is Docker that forwards. */
export function forwardOfForm(form: ForwardForm, origin: Origin, lookup: Lookup): Entry | undefined {
  const container = containerOfWords(form.to[0] ?? "");
  if (container !== undefined) return forwardToContainer(form, origin, lookup);
  const target = machineOf("to", form.to, lookup);
  const entry = {
    kind: "forward" as const,
    from: endpointOf(form.from),
    external: addressesOf(form.at ?? [], lookup),
    source: addressesOf(form.source ?? [], lookup),
    services: servicesOf(form.forward, lookup),
    ...(form.port && { targetPorts: form.port }),
    hairpin: [...new Set(form.hairpin)],
    ...moreOf(form, lookup),
    origin,
  };
  return target && { ...entry, target };
}

function forwardToContainer(form: ForwardForm, origin: Origin, lookup: Lookup): RuleEntry {
  if (form.to.length > 1)
    lookup.complain({ problem: "`to` names more than one container", fix: "write one entry for each" });
  for (const property of ["port", "at", "hairpin"] as const) {
    if (form[property] !== undefined) lookup.complain(noneOfContainers(property));
  }
  return {
    kind: "rule",
    action: "accept",
    from: endpointOf(form.from),
    to: endpointOf(form.to[0] ?? ""),
    source: addressesOf(form.source ?? [], lookup),
    destination: [],
    services: servicesOf(form.forward, lookup),
    published: "services",
    ...moreOf(form, lookup),
    origin,
  };
}

/** What is told of a property that a port forward to a container can not have. */
export function noneOfContainers(property: string): Mistake {
  return {
    problem: `a port forward to a container has no \`${property}\`: Docker itself forwards its published ports`,
    fix: "publish the port as it is wanted, with `docker run -p`, and name it here by the port on the host",
  };
}

function moreOf(form: RuleForm | ForwardForm, lookup: Lookup) {
  const except = (property: "exceptSource" | "exceptDestination") => {
    if (form[property]?.includes("any") === true) {
      lookup.complain({
        problem: `\`${property}\` is \`any\`: the entry would never match`,
        fix: "name what to leave out",
      });
    }
    return addressesOf(form[property] ?? [], lookup);
  };
  return {
    ...conditionsOf(form, except("exceptSource"), except("exceptDestination")),
    ...(form.comment && { comment: form.comment }),
    ...(form.silence && { silence: form.silence }),
  };
}

/** The members of addresses themselves; nothing where one is not understood. */
export function membersOf(
  names: readonly string[],
  { known, complain }: Pick<Lookup, "known" | "complain">,
): AddressPolicy | undefined {
  const members = names.map((name): AddressPolicy | Mistake => {
    const declared = known.addresses.get(name) ?? readAddressText(name);
    if (declared === undefined) return unknownAddress(name, known.addresses.keys());
    return "policy" in declared ? declared.policy : declared;
  });
  const mistakes = members.filter((one): one is Mistake => "problem" in one);
  for (const mistake of mistakes) complain(mistake);
  const policy = joinAddresses(members.filter((one): one is AddressPolicy => !("problem" in one)));
  // An address that is empty has a finding of its own.
  return mistakes.length > 0 || isEmptyAddress(policy) ? undefined : policy;
}

function machineOf(property: string, names: readonly string[], lookup: Lookup): HostAddress | undefined {
  const policy = membersOf(names, lookup);
  if (policy === undefined) return undefined;
  const { complain } = lookup;
  const machine = hostAddressOf(policy, `\`${property}\``);
  if (!("problem" in machine)) return machine;
  complain(machine);
  return undefined;
}

/** What is told of a name that must stand for an address at once. */
export function unknownAddress(name: string, known: Iterable<string>): Mistake {
  const near = nearestName(name, known);
  return {
    problem: `${show(name)} is no known address`,
    allowed: "the name of a declared address, or an address such as `203.0.113.5`",
    fix: near === undefined ? `declare an address named ${show(name)}` : `did you mean \`${near}\`?`,
  };
}

/** What is told of a name that must stand for a service at once. */
export function unknownService(name: string, known: Iterable<string>): Mistake {
  const near = nearestName(name, [...known, ...Object.keys(SERVICE_LIBRARY)]);
  return {
    problem: `${show(name)} is no known service`,
    allowed: `the name of a declared service, a name from the library, or ${SERVICE_FORMS}`,
    fix: near === undefined ? `declare a service named ${show(name)}` : `did you mean \`${near}\`?`,
  };
}

/** What is told of an entry that does nothing, or more than one thing. */
export function unclearAction(given: readonly string[]): Mistake {
  const allowed = `one of ${[...action.options, "forward"].map(show).join(", ")}, as in \`accept: ssh\``;
  if (given.length === 0) return { problem: "the entry has no action", allowed };
  return { problem: `the entry has several actions: ${given.map(show).join(", ")}`, allowed };
}

export function endpointOf(name: string): Endpoint {
  const select = containerOfWords(name);
  if (select !== undefined) return { kind: "container", select };
  if (name === "host" || name === "all") return { kind: name };
  return { kind: "zone", name };
}

function addressesOf(names: readonly string[], { known, used, complain }: Lookup): string[] {
  if (names.length === 1 && names[0] === "any") return [];
  return names.map((name) => {
    const declared = known.addresses.get(name);
    const read = declared === undefined ? readAddressText(name) : undefined;
    if (declared !== undefined) used.addresses[name] = declared;
    else if (read === undefined) return name;
    else if ("problem" in read) {
      complain(read);
      used.addresses[name] = { v4: [], v6: [] };
    } else {
      used.addresses[read.name] = read.policy;
      return read.name;
    }
    return name;
  });
}

function servicesOf(names: readonly string[], { known, used, complain }: Lookup): string[] {
  if (names.length === 1 && names[0] === "all") return [];
  return names.map((name) => {
    const read = known.services.get(name) ?? libraryService(name) ?? readServiceText(name);
    if (read === undefined) return name;
    if ("problem" in read) {
      complain(read);
      used.services[name] = [];
    } else used.services[name] = read;
    return name;
  });
}
