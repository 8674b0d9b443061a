import { containerInWords, type ContainerSelector } from "../lib/model/containers";
import { show } from "../lib/model/findings";
import type { Endpoint } from "../lib/model/policy";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import type { Host } from "./host";

const CONTAINER = Symbol.for("cdkfw/Container");

/** Which containers: a name, a label (`"app=web"`, or `"app"` for whatever value), or a service of a Compose project. */
export type ContainerLike = string | ContainerSelector;

/**
 * A container of a host's Docker, or all that have a label, for the sides of rules. Which addresses they have, and which
 * ports Docker publishes for them, the host itself keeps up to date; while there is no such container, nothing is open.
 *
 * ```ts
 * const web = host.container("web");
 * host.forward({ from: ext, service: Service.HTTPS, to: web }); // Docker publishes it: docker run -p 443:8443
 * host.allow({ from: host.container({ label: "tier=front" }), to: host.container({ project: "shop", service: "db" }), service: "tcp/5432" });
 * ```
 */
export class Container {
  static isContainer(value: unknown): value is Container {
    return typeof value === "object" && value !== null && CONTAINER in value;
  }

  /** The side of a rule that it is. @internal */
  readonly endpoint: Endpoint;

  /** Made by `host.container`. @internal */
  constructor(
    /** The host that it runs on; rules of other hosts can not use it. */
    readonly host: Host,
    given: ContainerLike,
  ) {
    Object.defineProperty(this, CONTAINER, { value: true });
    const select: ContainerSelector = typeof given === "string" ? { name: given } : { ...given };
    this.endpoint = Object.freeze({ kind: "container", select: Object.freeze(select) });
    if (holdsToken(given))
      host.report({ problem: `the container ${show(given)} is an unresolved token`, fix: TOKEN_FIX });
  }

  /** `container web`, which rules take as well. */
  toString(): string {
    return this.endpoint.kind === "container" ? containerInWords(this.endpoint.select) : "";
  }
}
