import { rangesHold, rangesMeet, rangesOf, type AddressRange } from "../model/address-ranges";
import { networkRange } from "../model/address-value";
import { FAMILIES, type Family } from "../model/addresses";
import { mergePorts } from "./ports";
import type { AddressSet, Chain, Match, Pair, Rule } from "./ruleset";

/** A chain with fewer rules stays as it is: the kernel walks it in less than a microsecond, and people can read it. */
const LEAST_CHAIN = 50;

/** Fewer rules of a verdict stay as they are: they read better, and cost next to nothing. */
const LEAST_RULES = 8;

/** A source of more addresses of a family than this is looked up as a list, and what is merged are its ports. */
const FEW_ADDRESSES = 4;

/** A rule with more ports than this stays as it is: ipset holds a range as so many elements. */
const MOST_PORTS = 64;

/**
 * Many rules that look at a source address and a destination port become one that looks into a set of such pairs, or,
 * where the same long list is named again and again, one with all of its ports: the kernel's work per packet then does
 * not grow with their number. Rules of different verdicts may stand mixed, as long as no packet can match two that would
 * change places.
 */
export function mergePairs(chains: readonly Chain[], sets: readonly AddressSet[]): readonly Chain[] {
  if (chains.every(({ rules }) => rules.length < LEAST_CHAIN)) return chains;
  const addresses = new Map(sets.map((set) => [set.name, set]));
  let count = 0;
  const name = (): string => `pairs-${count++}`;
  return chains.map((chain) => {
    if (chain.rules.length < LEAST_CHAIN) return chain;
    const runs = splitIntoRuns(chain.rules, addresses);
    return runs.every((run) => "matches" in run)
      ? chain
      : { ...chain, rules: runs.flatMap((run) => ("matches" in run ? [run] : run.rules(name))) };
  });
}

function splitIntoRuns(rules: readonly Rule[], addresses: AddressSets): (Rule | Run)[] {
  const result: (Rule | Run)[] = [];
  const relations = new SetRelations(addresses);
  let run: Run | undefined;
  for (const rule of rules) {
    const meant = meaningOf(rule, addresses);
    if (meant === undefined || (!meant.isList && relations.overlapsItself(meant.set.name))) {
      result.push(rule);
      run = undefined;
    } else if (run === undefined || !run.take(meant)) {
      run = new Run(relations);
      if (!run.take(meant)) throw new Error("invariant: an empty run takes every rule");
      result.push(run);
    }
  }
  return result;
}

type AddressSets = ReadonlyMap<string, AddressSet>;
type PortsMatch = Extract<Match, { kind: "ports" }>;

/** A rule that may be merged: one source, and destination ports of one protocol. */
interface Meaning {
  readonly rule: Rule;
  readonly set: AddressSet;
  readonly ports: PortsMatch;
  readonly isList: boolean;
}

/** Nothing where a rule looks at more, or at less, than a source and a port. */
function meaningOf(rule: Rule, addresses: AddressSets): Meaning | undefined {
  const [address, ports] = rule.matches;
  if (rule.matches.length !== 2 || rule.family !== undefined || rule.unlessBridge !== undefined) return undefined;
  if (address?.kind !== "address" || address.side !== "source" || address.except === true) return undefined;
  if (ports?.kind !== "ports" || ports.side !== "destination") return undefined;
  const set = addresses.get(address.set);
  if (set === undefined || set.live !== undefined || [...set.v4, ...set.v6].some((one) => one.endsWith("/0")))
    return undefined;
  if (ports.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) > MOST_PORTS) return undefined;
  return { rule, set, ports, isList: Math.max(set.v4.length, set.v6.length) > FEW_ADDRESSES };
}

interface Bucket {
  readonly rules: Rule[];
  /** Those that are not held by one before. */
  readonly meanings: Meaning[];
}

/**
 * Neighbouring rules, sorted into one bucket for each verdict and long list; the buckets stand in the order of their
 * first rules.
 */
class Run {
  private readonly buckets = new Map<string, Bucket>();
  /** By protocol and port: the sources there, and the places of their buckets. */
  private readonly taken = new Map<string, { readonly set: string; readonly place: number }[]>();

  constructor(private readonly relations: SetRelations) {}

  /**
   * Takes a rule, or refuses where it would change places with a rule of another verdict that it meets: rules that meet
   * keep their order only where the earlier one stands in an earlier bucket. It also refuses where a set would come to
   * hold two elements that overlap.
   */
  take(meant: Meaning): boolean {
    const { rule, set, ports, isList } = meant;
    const key = JSON.stringify([rule.verdict, isList ? [set.name, ports.protocol] : []]);
    const place = [...this.buckets.keys()].indexOf(key);
    const own = place < 0 ? this.buckets.size : place;
    const keys = portKeys(ports);
    let held = 0;
    for (const port of keys) {
      const meeting = (this.taken.get(port) ?? []).filter((other) => this.relations.meet(other.set, set.name));
      if (meeting.some((other) => other.place > own)) return false;
      const ours = meeting.filter((other) => other.place === own);
      // What a rule of the same verdict holds already can never be the one to decide.
      if (ours.some((other) => this.relations.holds(other.set, set.name))) held += 1;
      else if (ours.length > 0) return false;
    }
    if (held > 0 && held < keys.length) return false;
    const bucket = this.buckets.get(key) ?? { rules: [], meanings: [] };
    this.buckets.set(key, bucket);
    bucket.rules.push(rule);
    if (held > 0) return true;
    bucket.meanings.push(meant);
    for (const port of keys) {
      const there = this.taken.get(port);
      if (there === undefined) this.taken.set(port, [{ set: set.name, place: own }]);
      else there.push({ set: set.name, place: own });
    }
    return true;
  }

  rules(name: () => string): Rule[] {
    return [...this.buckets.values()].flatMap(({ rules, meanings }) => {
      const [first] = meanings;
      if (rules.length < LEAST_RULES || first === undefined) return rules;
      const pairs = meanings.flatMap(pairsOf);
      const { set, ports, isList, rule } = first;
      // Counted as one, since the kernel's counter knows no ports: what it is called tells it from its neighbours.
      const by = isList ? `from ${set.name} by ${ports.protocol} port` : "by source and port";
      const origin = { kind: "implicit", reason: `${rules.length} entries ${by}` } as const;
      const merged = { verdict: rule.verdict, origin, entries: pairs };
      if (!isList) return [{ ...merged, matches: [{ kind: "pairs", name: name(), pairs }] }];
      const ranges = mergePorts(meanings.flatMap((meant) => meant.ports.ranges));
      return [{ ...merged, matches: [...rule.matches.slice(0, 1), { ...ports, ranges }] }];
    });
  }
}

function pairsOf({ rule, set, ports: { protocol, ranges } }: Meaning): Pair[] {
  return ranges.flatMap((ports) =>
    FAMILIES.flatMap((family) =>
      (family === 4 ? set.v4 : set.v6).map((address) => ({ family, address, protocol, ports, origin: rule.origin })),
    ),
  );
}

function portKeys({ protocol, ranges }: PortsMatch): string[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, offset) => `${protocol}/${first + offset}`),
  );
}

/** Which sets have an address in common, and which hold all of another: asked often, worked out once. */
class SetRelations {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly sets: AddressSets) {}

  meet(one: string, other: string): boolean {
    return (
      one === other ||
      this.once(`${one} meets ${other}`, () =>
        FAMILIES.some((family) => rangesMeet(this.rangesIn(one, family), this.rangesIn(other, family))),
      )
    );
  }

  holds(outer: string, inner: string): boolean {
    return (
      outer === inner ||
      this.once(`${outer} holds ${inner}`, () =>
        FAMILIES.every((family) => rangesHold(this.rangesIn(outer, family), this.rangesIn(inner, family))),
      )
    );
  }

  overlapsItself(name: string): boolean {
    return this.once(`${name} itself`, () =>
      FAMILIES.some((family) => {
        const ranges = this.membersOf(name, family).map((address) => networkRange(address, family));
        return ranges.some(([a, b], at) => ranges.slice(at + 1).some(([c, d]) => a <= d && c <= b));
      }),
    );
  }

  private once(key: string, work: () => boolean): boolean {
    let answer = this.known.get(key);
    if (answer === undefined) this.known.set(key, (answer = work()));
    return answer;
  }

  private rangesIn(name: string, family: Family): readonly AddressRange[] {
    return rangesOf(this.membersOf(name, family), family);
  }

  private membersOf(name: string, family: Family): readonly string[] {
    return this.sets.get(name)?.[`v${family}`] ?? [];
  }
}
