/**
 * Interfaces that no ruleset tells apart are one class: every name that is written out, every pattern without the names
 * and patterns inside it, and all others. Class 0 is no interface: the host itself.
 */
export class InterfaceClasses {
  /** Names and patterns, by class; the class of all others comes last and has none. */
  readonly names: readonly (string | undefined)[];
  readonly #matching = new Map<string, readonly number[]>();

  constructor(named: ReadonlySet<string>) {
    this.names = [undefined, ...[...named].sort((a, b) => rank(a) - rank(b)), undefined];
  }

  get count(): number {
    return this.names.length;
  }

  /** The classes that a name or a pattern of a rule takes in. */
  matching(name: string): readonly number[] {
    let classes = this.#matching.get(name);
    if (classes === undefined) this.#matching.set(name, (classes = this.#find(name)));
    return classes;
  }

  #find(name: string): number[] {
    const prefix = name.endsWith("*") ? name.slice(0, -1) : undefined;
    return this.names.flatMap((one, index) => {
      if (one === undefined) return [];
      return one === name || (prefix !== undefined && one.startsWith(prefix)) ? [index] : [];
    });
  }

  /** The class of one interface: that of its name, else of the longest pattern that fits. */
  of(name: string | undefined): number {
    if (name === undefined) return 0;
    let best = this.count - 1;
    let length = -1;
    for (const [index, one] of this.names.entries()) {
      if (one === name) return index;
      if (one?.endsWith("*") !== true || one.length <= length || !name.startsWith(one.slice(0, -1))) continue;
      best = index;
      length = one.length;
    }
    return best;
  }

  /** The name of an interface of a class; nothing for the host itself. */
  exampleOf(index: number): string | undefined {
    const name = this.names[index];
    if (index === 0 || (name !== undefined && !name.endsWith("*"))) return name;
    const prefix = name === undefined ? "other" : name.slice(0, -1);
    for (let number = 0; ; number++) {
      const example = `${prefix}${number.toString(36)}`;
      if (this.of(example) === index) return example;
    }
  }
}

/** Names that people know come first: they are the first to be shown in an example. */
function rank(name: string): number {
  if (name === "lo") return 2;
  return name.endsWith("*") ? 1 : 0;
}
