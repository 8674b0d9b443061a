import { readAddressText } from "./address-text";
import type { AddressPolicy } from "./addresses";
import type { Mistake } from "./explain-issues";
import { show } from "./findings";
import type { Origin } from "./origin";
import { action, type Action, type Endpoint, type RuleEntry } from "./policy";
import type { EntryForm } from "./policy-file";
import { libraryService } from "./service-library";
import { readServiceText } from "./service-text";
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

type Complain = (mistake: Mistake) => void;

/** The entry that a form means, or nothing where its action is not clear. */
export function entryOfForm(
  form: EntryForm,
  origin: Origin,
  known: NamedObjects,
  used: UsedObjects,
  complain: Complain,
): RuleEntry | undefined {
  const [verb, ...more] = action.options.filter((name) => form[name] !== undefined);
  if (verb === undefined || more.length > 0) {
    complain(unclearAction(verb, more));
    return undefined;
  }
  return {
    kind: "rule",
    action: verb,
    from: endpointOf(form.from),
    to: endpointOf(form.to),
    source: addressesOf(form.source ?? [], known, used, complain),
    destination: addressesOf(form.destination ?? [], known, used, complain),
    services: servicesOf(form[verb] ?? [], known, used, complain),
    ...(form.comment && { comment: form.comment }),
    origin,
  };
}

function unclearAction(first: Action | undefined, more: readonly Action[]): Mistake {
  const allowed = `one of ${action.options.map(show).join(", ")}, as in \`accept: ssh\``;
  if (first === undefined) return { problem: "the entry has no action", allowed };
  return { problem: `the entry has several actions: ${[first, ...more].map(show).join(", ")}`, allowed };
}

function endpointOf(name: string): Endpoint {
  if (name === "host" || name === "all") return { kind: name };
  return { kind: "zone", name };
}

function addressesOf(names: readonly string[], known: NamedObjects, used: UsedObjects, complain: Complain): string[] {
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

function servicesOf(names: readonly string[], known: NamedObjects, used: UsedObjects, complain: Complain): string[] {
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
