import { containerOfWords } from "../lib/model/containers";
import type { Mistake } from "../lib/model/explain-issues";
import { show } from "../lib/model/findings";
import type { Endpoint } from "../lib/model/policy";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { Container } from "./container";
import type { Host } from "./host";
import { Zone } from "./zone";

const THE_HOST: Endpoint = Object.freeze({ kind: "host" });
const EVERYTHING: Endpoint = Object.freeze({ kind: "all" });

const ALLOWED = {
  from: 'a zone, the name of one, a container, or `"host"`',
  to: 'a zone, the name of one, a container, `"host"`, or `ALL`',
  hairpin: "zones of this host, or their names",
} as const;

/** The sides of one host's entries. Equal sides are one object: a large fleet has millions of them. */
export class Endpoints {
  readonly #named = new Map<string, Endpoint>([
    ["host", THE_HOST],
    ["all", EVERYTHING],
  ]);

  constructor(private readonly host: Host) {}

  /** The side that a property means, or nothing where it means none. */
  of(side: keyof typeof ALLOWED, given: unknown, mistakes: Mistake[]): Endpoint | undefined {
    if (typeof given === "string" && !holdsToken(given)) return this.#ofName(given);
    if (Container.isContainer(given)) {
      if (given.host === this.host) return given.endpoint;
      mistakes.push({
        problem: `the ${given} belongs to the host ${show(given.host.hostName)}`,
        allowed: `a container of ${show(this.host.hostName)}`,
        fix: "to name a container of another host, give that host's address",
      });
      return undefined;
    }
    if (Zone.isZone(given)) {
      if (given.host === this.host) return given.endpoint;
      mistakes.push({
        problem: `the zone ${show(given.name)} belongs to the host ${show(given.host.hostName)}`,
        allowed: `a zone of ${show(this.host.hostName)}`,
        fix: "to name another host, give its address as source or destination",
      });
    } else if (given === this.host) return THE_HOST;
    else mistakes.push(this.#mistake(side, given));
    return undefined;
  }

  #mistake(side: keyof typeof ALLOWED, given: unknown): Mistake {
    if (isAnotherHost(given)) {
      return {
        problem: `\`${side}\` is another host, ${show(given.hostName)}`,
        allowed: `a zone of ${show(this.host.hostName)}, or that host itself`,
        fix: "name the zone behind which it is, and its address as source or destination",
      };
    }
    if (holdsToken(given)) return { problem: `\`${side}\` is an unresolved token`, fix: TOKEN_FIX };
    if (given === undefined) return { problem: `\`${side}\` is missing`, allowed: ALLOWED[side] };
    return { problem: `\`${side}\` may not be ${show(given)}`, allowed: ALLOWED[side] };
  }

  #ofName(name: string): Endpoint {
    let endpoint = this.#named.get(name);
    const select = endpoint === undefined ? containerOfWords(name) : undefined;
    if (select !== undefined) {
      this.#named.set(name, (endpoint = Object.freeze({ kind: "container", select: Object.freeze(select) })));
    }
    if (endpoint === undefined) this.#named.set(name, (endpoint = Object.freeze({ kind: "zone", name })));
    return endpoint;
  }
}

const isAnotherHost = (given: unknown): given is Host =>
  typeof given === "object" && given !== null && "hostName" in given && "addZone" in given;
