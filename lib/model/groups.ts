import type { Mistake } from "./explain-issues";
import { show } from "./findings";

/** A kind of objects that unite others of their kind: addresses, or services. */
export interface GroupKind<T> {
  /** As in "the addresses go in a circle". */
  readonly plural: string;
  join(members: readonly T[]): T;
  /** What a name stands for that nobody has declared. */
  given(name: string): T | undefined;
  unknown(name: string, known: Iterable<string>): Mistake;
}

/** By name, the members: texts are names of others. Nothing stands for a mistake that is told already. */
type Declared<T> = ReadonlyMap<string, readonly (T | string)[] | undefined>;

/** The objects of a document with those that they name put into their place, in whatever order they are declared. */
export function groupsOf<T extends object>(
  kind: GroupKind<T>,
  declared: Declared<T>,
  outer: ReadonlyMap<string, T>,
  report: (name: string, mistake: Mistake) => void,
): Map<string, T> {
  const done = new Map<string, T>();
  const others = (of: string) => [...declared.keys(), ...outer.keys()].filter((name) => name !== of);

  const resolve = (name: string, way: readonly string[]): T => {
    const before = done.get(name);
    if (before !== undefined) return before;
    const found = kind.join((declared.get(name) ?? []).map((member) => memberOf(member, name, [...way, name])));
    done.set(name, found);
    return found;
  };

  const memberOf = (member: T | string, of: string, way: readonly string[]): T => {
    if (typeof member !== "string") return member;
    // A name that is declared over another one may stand for that one among its members.
    if (member !== of && declared.has(member)) {
      if (!way.includes(member)) return resolve(member, way);
      const circle = [...way.slice(way.indexOf(member)), member].map(show).join(" → ");
      report(of, { problem: `the ${kind.plural} go in a circle: ${circle}`, fix: "leave one of them out" });
      return kind.join([]);
    }
    const found = outer.get(member) ?? kind.given(member);
    if (found === undefined) report(of, kind.unknown(member, others(of)));
    return found ?? kind.join([]);
  };

  for (const name of declared.keys()) resolve(name, []);
  return done;
}
