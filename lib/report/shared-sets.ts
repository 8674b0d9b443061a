import type { AddressSet, Ruleset } from "../compile/ruleset";
import { pack } from "./pack";

/** Sets of more elements than that are kept once for all hosts: a country's networks have tens of thousands. */
const MOST_OWN = 200;

/** The large sets of a fleet's hosts, each once. */
export class SharedSets {
  readonly #numbers = new Map<string, number>();
  readonly packed: string[] = [];

  /** The ruleset without the elements of its large sets, and the numbers of these by the sets' names. */
  takeFrom(ruleset: Ruleset): { readonly ruleset: Ruleset; readonly shared: Readonly<Record<string, number>> } {
    const shared: Record<string, number> = {};
    const sets = ruleset.sets.map((set) => {
      if (set.v4.length + set.v6.length <= MOST_OWN) return set;
      shared[set.name] = this.#numberOf(set);
      return { ...set, v4: [], v6: [] };
    });
    return { ruleset: { ...ruleset, sets }, shared };
  }

  #numberOf({ v4, v6 }: AddressSet): number {
    const packed = pack({ v4, v6 });
    const known = this.#numbers.get(packed);
    if (known !== undefined) return known;
    this.#numbers.set(packed, this.packed.length);
    return this.packed.push(packed) - 1;
  }
}
