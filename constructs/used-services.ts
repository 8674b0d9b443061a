import type { NamedService } from "../lib/model/expectations";
import type { Mistake } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import { libraryService } from "../lib/model/service-library";
import { readServiceText, SERVICE_FORMS } from "../lib/model/service-text";
import type { ServicePolicy } from "../lib/model/services";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import type { ServiceLike } from "./rule";
import { Service } from "./service";

const SERVICES = `a \`Service\`, its name, or ${SERVICE_FORMS}`;
const NONE: readonly string[] = Object.freeze([]);

/** What a service text was read as: shared by all hosts of a fleet. */
export type ServiceTexts = Map<string, ServicePolicy | Mistake | undefined>;

/** The services that one host's rules use, by the names that the policy gives them. */
export class UsedServices {
  readonly #policies = new Map<string, ServicePolicy>();
  readonly #objects = new Set<Service>();

  constructor(
    /** Services that the fleet declares under a name; they go before the library's. */
    private readonly declared: ReadonlyMap<string, Service>,
    private readonly texts: ServiceTexts,
  ) {}

  /** The names under which the policy will have the services; what is none of them is reported and left out. */
  namesOf(given: ServiceLike | readonly ServiceLike[] | undefined, mistakes: Mistake[]): readonly string[] {
    if (given === undefined || given === "all") return NONE;
    if (Service.isService(given)) return this.#use(given, mistakes);
    const names = (Array.isArray(given) ? (given as readonly ServiceLike[]) : [given as ServiceLike]).flatMap((one) =>
      Service.isService(one) ? this.#use(one, mistakes) : this.#read(one, mistakes),
    );
    if (names.length === 0 && Array.isArray(given) && given.length === 0) {
      mistakes.push({
        problem: "an empty list of services matches nothing",
        fix: "leave it out to match all services",
      });
    }
    return Object.freeze([...new Set(names)]);
  }

  /** What services consist of, for what names them and is no part of the policy's entries. */
  matchesOf(given: ServiceLike | readonly ServiceLike[] | undefined, mistakes: Mistake[]): NamedService[] {
    if (given === undefined || given === "all") return [];
    const list = Service.isService(given) || !Array.isArray(given) ? [given as ServiceLike] : given;
    return (list as readonly ServiceLike[]).flatMap((one): NamedService[] => {
      const service = Service.isService(one) ? one : this.declared.get(one);
      if (service?.isValid === true) return [{ name: service.name, matches: service.policy }];
      if (service !== undefined)
        mistakes.push({ problem: `the service ${show(service.name)} has mistakes of its own` });
      const read = typeof one === "string" ? (libraryService(one) ?? readServiceText(one)) : undefined;
      if (read !== undefined && !("problem" in read)) return [{ name: one as string, matches: read }];
      if (service === undefined) mistakes.push(read ?? { problem: `${show(one)} is no service`, allowed: SERVICES });
      return [];
    });
  }

  #use(service: Service, mistakes: Mistake[]): readonly string[] {
    if (this.#objects.has(service)) return service.names;
    this.#objects.add(service);
    this.#set(service.name, service.policy, mistakes);
    return service.names;
  }

  #set(name: string, policy: ServicePolicy, mistakes: Mistake[]): void {
    const other = this.#policies.get(name);
    if (other === undefined) this.#policies.set(name, policy);
    else if (other !== policy && JSON.stringify(other) !== JSON.stringify(policy)) {
      mistakes.push({
        problem: `two services named ${show(name)} with different content are used on one host`,
        fix: "rename one of the two, so that a plan says which one is meant",
      });
    }
  }

  #read(text: unknown, mistakes: Mistake[]): readonly string[] {
    if (typeof text !== "string" || holdsToken(text)) {
      mistakes.push(
        holdsToken(text)
          ? { problem: `${show(text)} is an unresolved token`, fix: TOKEN_FIX }
          : { problem: `${show(text)} is no service`, allowed: SERVICES },
      );
      return NONE;
    }
    const named = this.declared.get(text);
    if (named !== undefined) return this.#use(named, mistakes);
    if (!this.texts.has(text)) this.texts.set(text, libraryService(text) ?? readServiceText(text));
    const read = this.texts.get(text);
    if (read !== undefined && "problem" in read) {
      mistakes.push(read);
      return NONE;
    }
    // A name that is not known stays, for the check that knows the near ones.
    if (read !== undefined) this.#set(text, read, mistakes);
    return [text];
  }

  /** The services by name, in the order of first use. */
  policies(): Record<string, ServicePolicy> {
    return Object.fromEntries(this.#policies);
  }

  /** The service objects in use, their mistakes being the fleet's to tell. */
  objects(): ReadonlySet<Service> {
    return this.#objects;
  }
}
