import { joinAddresses, type AddressPolicy } from "./addresses";
import { unknownAddress } from "./entry-of-form";
import type { Mistake } from "./explain-issues";
import { show } from "./findings";

/** The members of an address: texts are names of other addresses. Nothing stands for a mistake that is told already. */
type Declared = ReadonlyMap<string, readonly (AddressPolicy | string)[] | undefined>;

/** The addresses of a document with those that they name put into their place, in whatever order they are declared. */
export function groupsOf(
  declared: Declared,
  outer: ReadonlyMap<string, AddressPolicy>,
  report: (name: string, mistake: Mistake) => void,
): Map<string, AddressPolicy> {
  const done = new Map<string, AddressPolicy>();
  const others = (of: string) => [...declared.keys(), ...outer.keys()].filter((name) => name !== of);

  const resolve = (name: string, way: readonly string[]): AddressPolicy => {
    const before = done.get(name);
    if (before !== undefined) return before;
    const members = (declared.get(name) ?? []).map((member) => memberOf(member, name, [...way, name]));
    const policy = joinAddresses(members);
    done.set(name, policy);
    return policy;
  };

  const memberOf = (member: AddressPolicy | string, of: string, way: readonly string[]): AddressPolicy => {
    if (typeof member !== "string") return member;
    // A name that a host declares over a shared one may stand for that one among its members.
    if (member !== of && declared.has(member)) {
      if (!way.includes(member)) return resolve(member, way);
      const circle = [...way.slice(way.indexOf(member)), member].map(show).join(" → ");
      report(of, { problem: `the addresses go in a circle: ${circle}`, fix: "leave one of them out" });
      return NONE;
    }
    const found = outer.get(member);
    if (found === undefined) report(of, unknownAddress(member, others(of)));
    return found ?? NONE;
  };

  for (const name of declared.keys()) resolve(name, []);
  return done;
}

const NONE: AddressPolicy = Object.freeze({ v4: [], v6: [] });
