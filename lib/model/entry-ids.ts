import type { Action } from "./policy";

const VERBS: Readonly<Record<Action | "forward", string>> = {
  accept: "allow",
  "accept+nat": "allow-nat",
  reject: "reject",
  drop: "drop",
  forward: "forward",
};

/** Names the entries of one host by their content: `allow-ssh`, `allow-ssh-2`, `reject-all`. Each id is given once. */
export class EntryIds {
  readonly #taken = new Set<string>();
  /** The last number given for each wish, so that the search for a free one does not start over. */
  readonly #counts = new Map<string, number>();

  /** Takes the id that a user gave; false where it is taken already. */
  take(id: string): boolean {
    if (this.#taken.has(id)) return false;
    this.#taken.add(id);
    return true;
  }

  /** Finds an id from what the rule does. */
  find(action: Action | "forward", services: readonly string[]): string {
    const wish = `${VERBS[action]}-${inShort(services)}`;
    let count = this.#counts.get(wish) ?? 0;
    let id: string;
    do {
      count++;
      id = count === 1 ? wish : `${wish}-${String(count)}`;
    } while (!this.take(id));
    this.#counts.set(wish, count);
    return id;
  }
}

function inShort(services: readonly string[]): string {
  const [first, ...others] = services;
  if (first === undefined) return "all";
  const words = others.length <= 2 ? services.join("-") : `${first}-and-${String(others.length)}-more`;
  return words.replace(/[/:]/g, "-").slice(0, 80);
}
