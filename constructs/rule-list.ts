import { explainValue, type Mistake } from "../lib/model/explain-issues";
import { nearestName, show, type Finding } from "../lib/model/findings";
import { comment, objectName } from "../lib/model/names";
import type { Origin } from "../lib/model/origin";
import { action, type Action, type Endpoint, type RuleEntry } from "../lib/model/policy";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import type { Host } from "./host";
import { callerPlace } from "./origin";
import type { RuleProps } from "./rule";
import { RuleIds } from "./rule-ids";
import type { UsedAddresses } from "./used-addresses";
import type { UsedServices } from "./used-services";
import { Zone } from "./zone";

const THE_HOST: Endpoint = Object.freeze({ kind: "host" });
const EVERYTHING: Endpoint = Object.freeze({ kind: "all" });
const KNOWN_PROPS = ["action", "from", "to", "source", "destination", "service", "services", "comment", "id"];
const NARROWING = ["source", "destination", "service", "services"] as const;

/** The rules of one host, in the order of declaration, as entries of its policy. */
export class RuleList {
  readonly #entries: RuleEntry[] = [];
  readonly #findings: Finding[] = [];
  readonly #ids = new RuleIds();
  readonly #endpoints = new Map<string, Endpoint>([
    ["host", THE_HOST],
    ["all", EVERYTHING],
  ]);

  constructor(
    private readonly host: Host,
    private readonly addresses: UsedAddresses,
    private readonly services: UsedServices,
  ) {}

  get entries(): readonly RuleEntry[] {
    return this.#entries;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Adds a rule. One with a mistake is added as far as it is understood, so that its other mistakes are found too. */
  add(does: Action, props: RuleProps): void {
    const place = callerPlace();
    const mistakes: Mistake[] = [];

    const named = this.services.namesOf(props.service, mistakes);
    const more = this.services.namesOf(props.services, mistakes);
    const services = more.length === 0 ? named : named.length === 0 ? more : [...new Set([...named, ...more])];
    const verb = this.#actionOf(does, mistakes);
    const path = `${this.host.node.path}/${this.#idOf(verb, props.id, services, mistakes)}`;
    const origin: Origin = place === undefined ? { path } : { path, file: place.file, line: place.line };
    const from = this.#endpointOf("from", props.from, mistakes);
    const to = this.#endpointOf("to", props.to, mistakes);
    const source = this.addresses.namesOf(props.source, origin, mistakes);
    const destination = this.addresses.namesOf(props.destination, origin, mistakes);
    const words = commentOf(props.comment, mistakes);
    checkProps(props, mistakes);
    if (from !== undefined && to !== undefined) {
      // A large fleet has millions of them, and an object that is spread takes four times the room of a literal.
      const entry: RuleEntry =
        words === undefined
          ? { kind: "rule", action: verb, from, to, source, destination, services, origin }
          : { kind: "rule", action: verb, from, to, source, destination, services, comment: words, origin };
      this.#entries.push(Object.freeze(entry));
    }
    for (const mistake of mistakes) this.#findings.push({ ...mistake, origin });
  }

  #actionOf(given: Action, mistakes: Mistake[]): Action {
    if (action.options.includes(given)) return given;
    const near = nearestName(String(given), action.options);
    mistakes.push({
      problem: `${show(given)} is no action`,
      allowed: action.options.map(show).join(", "),
      ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
    });
    return "drop";
  }

  #idOf(does: Action, given: string | undefined, services: readonly string[], mistakes: Mistake[]): string {
    if (given === undefined) return this.#ids.find(does, services);
    const mistake = explainValue(objectName, given, "id for a rule");
    if (mistake !== undefined) mistakes.push(mistake);
    else if (this.#ids.take(given)) return given;
    else
      mistakes.push({
        problem: `the id ${show(given)} is taken by another rule of this host`,
        fix: "give it another one",
      });
    return this.#ids.find(does, services);
  }

  #endpointOf(side: "from" | "to", given: unknown, mistakes: Mistake[]): Endpoint | undefined {
    if (typeof given === "string" && !holdsToken(given)) return this.#endpointNamed(given);
    if (Zone.isZone(given)) {
      if (given.host === this.host) return given.endpoint;
      mistakes.push({
        problem: `the zone ${show(given.name)} belongs to the host ${show(given.host.hostName)}`,
        allowed: `a zone of ${show(this.host.hostName)}`,
        fix: "to name another host, give its address as source or destination",
      });
    } else if (given === this.host) return THE_HOST;
    else if (isAnotherHost(given)) {
      mistakes.push({
        problem: `\`${side}\` is another host, ${show(given.hostName)}`,
        allowed: `a zone of ${show(this.host.hostName)}, or that host itself`,
        fix: "name the zone behind which it is, and its address as source or destination",
      });
    } else if (holdsToken(given)) mistakes.push({ problem: `\`${side}\` is an unresolved token`, fix: TOKEN_FIX });
    else if (given === undefined) mistakes.push({ problem: `\`${side}\` is missing`, allowed: ALLOWED_SIDES });
    else mistakes.push({ problem: `\`${side}\` may not be ${show(given)}`, allowed: ALLOWED_SIDES });
    return undefined;
  }

  #endpointNamed(name: string): Endpoint {
    let endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) {
      endpoint = Object.freeze({ kind: "zone", name });
      this.#endpoints.set(name, endpoint);
    }
    return endpoint;
  }
}

const ALLOWED_SIDES = 'a zone, the name of one, or `"host"`; as destination also `ALL`';

const isAnotherHost = (given: unknown): given is Host =>
  typeof given === "object" && given !== null && "hostName" in given && "addZone" in given;

function commentOf(given: string | undefined, mistakes: Mistake[]): string | undefined {
  if (given === undefined || given === "") return undefined;
  const mistake = holdsToken(given)
    ? { problem: `the comment ${show(given)} holds an unresolved token`, fix: TOKEN_FIX }
    : explainValue(comment, given, "comment");
  if (mistake !== undefined) mistakes.push(mistake);
  return given;
}

/** For callers whom the compiler does not hold: `as any`, spread variables, JavaScript. */
function checkProps(props: RuleProps, mistakes: Mistake[]): void {
  for (const name in props) {
    if (!KNOWN_PROPS.includes(name)) {
      const near = nearestName(name, KNOWN_PROPS);
      mistakes.push({
        problem: `a rule has no property ${show(name)}`,
        allowed: KNOWN_PROPS.map(show).join(", "),
        ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
      });
    }
  }
  for (const name of NARROWING) {
    if (props[name] !== undefined || !(name in props)) continue;
    mistakes.push({
      problem: `\`${name}\` is given but undefined, which would match everything`,
      fix: `leave it out, or give ${name.startsWith("service") ? '`"all"`' : '`"any"`'}, where that is meant`,
    });
  }
}
