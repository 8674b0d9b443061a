import type { Conditions } from "../lib/model/conditions";
import { EntryIds } from "../lib/model/entry-ids";
import { explainValue, type Mistake } from "../lib/model/explain-issues";
import { nearestName, show, type Finding } from "../lib/model/findings";
import { comment, objectName } from "../lib/model/names";
import type { Origin } from "../lib/model/origin";
import { readSilence } from "../lib/model/read-silence";
import { linkForm, linkNameOf } from "../lib/model/links";
import { readForm } from "../lib/model/read-form";
import { action, type Action, type Endpoint, type Entry, type RuleEntry } from "../lib/model/policy";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import type { ConditionProps } from "./condition-props";
import { readConditions } from "./conditions";
import type { Endpoints } from "./endpoints";
import type { ForwardProps } from "./forward";
import { forwardOf } from "./forward-entry";
import { checkProps, FORWARD_PROPS, RULE_PROPS } from "./given-props";
import type { Host } from "./host";
import { hostAddressFrom } from "./one-machine";
import { callerPlace, type Place } from "./origin";
import type { NatRuleProps, RuleProps } from "./rule";
import type { UsedAddresses } from "./used-addresses";
import type { UsedServices } from "./used-services";

/** The entries of one host, in the order of declaration, as its policy has them. */
export class RuleList {
  readonly #entries: Entry[] = [];
  readonly #findings: Finding[] = [];
  readonly #ids = new EntryIds();

  constructor(
    private readonly host: Host,
    private readonly addresses: UsedAddresses,
    private readonly services: UsedServices,
    private readonly endpoints: Endpoints,
  ) {}

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Adds a rule. One with a mistake is added as far as it is understood, so that its other mistakes are found too. */
  add(does: Action, props: RuleProps, place = callerPlace()): void {
    const mistakes: Mistake[] = [];

    const services = this.#servicesOf(props, mistakes);
    const verb = actionOf(does, mistakes);
    const path = `${this.host.node.path}/${this.#idOf(verb, props.id, services, mistakes)}`;
    const origin: Origin = originAt(path, place);
    const from = this.endpoints.of("from", props.from, mistakes);
    const to = this.endpoints.of("to", props.to, mistakes);
    const source = this.addresses.namesOf(props.source, origin, mistakes);
    const destination = this.addresses.namesOf(props.destination, origin, mistakes);
    const words = commentOf(props.comment, mistakes);
    const more = checkProps(props, RULE_PROPS, mistakes) ? this.#moreOf(props, to, origin, mistakes) : undefined;
    if (from !== undefined && to !== undefined) {
      // A large fleet has millions of them, and an object that is spread takes four times the room of a literal.
      const entry: RuleEntry =
        words === undefined
          ? { kind: "rule", action: verb, from, to, source, destination, services, origin }
          : { kind: "rule", action: verb, from, to, source, destination, services, comment: words, origin };
      this.#entries.push(Object.freeze(more === undefined ? entry : { ...entry, ...more }));
    }
    for (const mistake of mistakes) this.#findings.push({ ...mistake, origin });
  }

  /** Adds a port forward, as far as it is understood. */
  addForward(props: ForwardProps, place = callerPlace()): void {
    const mistakes: Mistake[] = [];

    const services = this.#servicesOf(props, mistakes);
    const path = `${this.host.node.path}/${this.#idOf("forward", props.id, services, mistakes)}`;
    const origin: Origin = originAt(path, place);
    const words = commentOf(props.comment, mistakes);
    const entry = forwardOf(
      props,
      services,
      origin,
      { addresses: this.addresses, endpoints: this.endpoints },
      mistakes,
    );
    const conditional = checkProps(props, FORWARD_PROPS, mistakes);
    const more = conditional ? this.#conditionsOf(props, origin, mistakes) : {};
    if (entry !== undefined) {
      this.#entries.push(Object.freeze({ ...entry, ...more, ...(words !== undefined && { comment: words }) }));
    }
    for (const mistake of mistakes) this.#findings.push({ ...mistake, origin });
  }

  /** What few rules have. */
  #moreOf(
    props: RuleProps & NatRuleProps,
    to: Endpoint | undefined,
    origin: Origin,
    mistakes: Mistake[],
  ): Partial<RuleEntry> {
    const snat = props.snat === undefined ? undefined : hostAddressFrom("snat", props.snat, this.addresses, mistakes);
    const conditions = this.#conditionsOf(props, origin, mistakes);
    return {
      ...conditions,
      ...(snat !== undefined && { snat }),
      ...this.#linkOf(props.link, to, mistakes),
      ...(props.published === true && { published: "all" as const }),
    };
  }

  #linkOf(given: RuleProps["link"], to: Endpoint | undefined, mistakes: Mistake[]): { link?: string } {
    const wanted = readForm("link", linkForm.optional(), given, mistakes);
    const link = wanted === undefined || to === undefined ? undefined : linkNameOf(wanted, to);
    if (typeof link === "object") mistakes.push(link);
    return typeof link === "string" ? { link } : {};
  }

  #conditionsOf(props: ConditionProps, origin: Origin, mistakes: Mistake[]): Pick<Entry, keyof Conditions | "silence"> {
    const conditions = readConditions(props, this.addresses, origin, mistakes);
    return props.silence === undefined ? conditions : { ...conditions, silence: readSilence(props.silence, mistakes) };
  }

  #servicesOf(props: Pick<RuleProps, "service" | "services">, mistakes: Mistake[]): readonly string[] {
    const named = this.services.namesOf(props.service, mistakes);
    const more = this.services.namesOf(props.services, mistakes);
    return more.length === 0 ? named : named.length === 0 ? more : [...new Set([...named, ...more])];
  }

  #idOf(does: Action | "forward", given: string | undefined, services: readonly string[], mistakes: Mistake[]): string {
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
}

/** Not spread: a large fleet has millions of them. */
function originAt(path: string, place: Place | undefined): Origin {
  if (place === undefined) return { path };
  const { file, line, column } = place;
  return column === undefined ? { path, file, line } : { path, file, line, column };
}

function actionOf(given: Action, mistakes: Mistake[]): Action {
  if (action.options.includes(given)) return given;
  const near = nearestName(String(given), action.options);
  mistakes.push({
    problem: `${show(given)} is no action`,
    allowed: action.options.map(show).join(", "),
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  });
  return "drop";
}

function commentOf(given: string | undefined, mistakes: Mistake[]): string | undefined {
  if (given === undefined || given === "") return undefined;
  const mistake = holdsToken(given)
    ? { problem: `the comment ${show(given)} holds an unresolved token`, fix: TOKEN_FIX }
    : explainValue(comment, given, "comment");
  if (mistake !== undefined) mistakes.push(mistake);
  return given;
}
