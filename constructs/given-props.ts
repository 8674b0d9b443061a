import type { Mistake } from "../lib/model/explain-issues";
import { nearestName, show } from "../lib/model/findings";

const CONDITIONS = [
  "exceptSource",
  "exceptDestination",
  "sourcePort",
  "sourcePorts",
  "log",
  "limit",
  "connections",
  "expires",
  "raw",
];

/** What an entry of a kind may be given. */
export interface KnownProps {
  /** `a rule`, `a port forward`. */
  readonly what: string;
  /** Those that most entries have some of. */
  readonly plain: readonly string[];
  readonly all: readonly string[];
}

export const RULE_PROPS = knownProps(
  "a rule",
  ["from", "to", "source", "destination", "service", "services", "comment", "id", "action"],
  ["snat", "published", "link"],
);
export const FORWARD_PROPS = knownProps("a port forward", [
  "from",
  "to",
  "service",
  "services",
  "port",
  "at",
  "source",
  "hairpin",
  "comment",
  "id",
]);
const PACKETS = ["from", "to", "source", "destination", "service", "services"];
export const PACKET_PROPS: KnownProps = { what: "a question about packets", plain: PACKETS, all: PACKETS };
export const EXPECT_PROPS: KnownProps = {
  what: "an expectation",
  plain: [...PACKETS, "live"],
  all: [...PACKETS, "live"],
};

function knownProps(what: string, plain: readonly string[], rare: readonly string[] = []): KnownProps {
  return { what, plain, all: [...plain, ...rare, ...CONDITIONS, "silence"] };
}

/** Left undefined, these would match more than was meant. `log` and the words of an entry do not matter so. */
const NARROWING: Readonly<Record<string, string>> = {
  source: 'leave it out, or give `"any"`, where that is meant',
  destination: 'leave it out, or give `"any"`, where that is meant',
  at: 'leave it out, or give `"any"`, where that is meant',
  service: 'leave it out, or give `"all"`, where that is meant',
  services: 'leave it out, or give `"all"`, where that is meant',
  published: "leave it out, or give `false`, where that is meant",
  ...Object.fromEntries(
    CONDITIONS.filter((name) => name !== "log").map((name) => [name, "leave it out where that is meant"]),
  ),
};

/**
 * Looks through the names of an entry's properties, for callers whom the compiler does not hold: `as any`, spread
 * variables, JavaScript. Tells whether there are any that most entries do not have.
 */
export function checkProps(props: object, known: KnownProps, mistakes: Mistake[]): boolean {
  let more = false;
  for (const name in props) {
    if (!known.plain.includes(name)) {
      more = true;
      if (!known.all.includes(name)) mistakes.push(unknownProp(name, known));
    }
    if ((props as Record<string, unknown>)[name] !== undefined || !Object.hasOwn(NARROWING, name)) continue;
    mistakes.push({
      problem: `\`${name}\` is given but undefined, which would match ${CONDITIONS.includes(name) ? "more than is meant" : "everything"}`,
      fix: NARROWING[name] ?? "",
    });
  }
  return more;
}

function unknownProp(name: string, { what, all }: KnownProps): Mistake {
  const near = nearestName(name, all);
  return {
    problem: `${what} has no property ${show(name)}`,
    allowed: all.map(show).join(", "),
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  };
}
