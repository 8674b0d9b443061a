/**
 * Decision diagrams over bits, hash-consed: equal functions are one node, so that comparing two of them is comparing two
 * numbers (Bryant, "Graph-Based Algorithms for Boolean Function Manipulation", 1986). A path asks the bits in ascending
 * order and ends at a terminal. Sets of packets end at FALSE or TRUE; a ruleset ends at what becomes of the packet.
 *
 * Nodes are numbers into typed arrays: hundreds of thousands of them cost a few megabytes, and no garbage.
 */
export type Node = number;

export const FALSE: Node = 0;
export const TRUE: Node = 1;
/** Where packets end that there can not be. */
export const NOWHERE: Node = 2;

/** Some bits in a row. */
export interface Bits {
  readonly first: number;
  readonly width: number;
}

/** Below every bit. */
const BOTTOM = 0x7fffffff;
const FIRST_NODES = 1 << 14;
/** A node of the computed table is a question of three nodes and its answer. */
const WORDS = 4;

export class Diagrams {
  #bits = new Int32Array(FIRST_NODES);
  #lows = new Int32Array(FIRST_NODES);
  #highs = new Int32Array(FIRST_NODES);
  #count = 0;
  /** What a walk has found for a node, where the node's stamp is that of the walk. No walk begins inside another one. */
  #answers = new Int32Array(FIRST_NODES);
  #stamps = new Int32Array(FIRST_NODES);
  #walks = 0;
  /** Open addressing; a node plus one, zero for a free place. */
  #unique = new Int32Array(FIRST_NODES * 2);
  #computed = new Int32Array(FIRST_NODES * WORDS);

  constructor() {
    for (const value of [0, 1, 2]) this.terminal(value);
  }

  /** How many nodes there are: the measure of what a question costs. */
  get size(): number {
    return this.#count;
  }

  /** 0 and 1 are FALSE and TRUE, 2 is NOWHERE; the meaning of the others is the caller's. */
  terminal(value: number): Node {
    return this.#node(BOTTOM, value, value);
  }

  isTerminal(node: Node): boolean {
    return this.#bits[node] === BOTTOM;
  }

  /** What a terminal was made of. */
  valueOf(terminal: Node): number {
    return this.#lows[terminal] as number;
  }

  /** The bit that a node asks first; above all bits for a terminal. */
  bitOf(node: Node): number {
    return this.#bits[node] as number;
  }

  low(node: Node): Node {
    return this.#lows[node] as number;
  }

  high(node: Node): Node {
    return this.#highs[node] as number;
  }

  /** The function that is `low` where the bit is 0 and `high` where it is 1. Both ask later bits only. */
  branch(bit: number, low: Node, high: Node): Node {
    return low === high ? low : this.#node(bit, low, high);
  }

  and(one: Node, other: Node): Node {
    return this.choose(one, other, FALSE);
  }

  or(one: Node, other: Node): Node {
    return this.choose(one, TRUE, other);
  }

  not(set: Node): Node {
    return this.choose(set, FALSE, TRUE);
  }

  /** What is in one set, and not in the other. */
  without(one: Node, other: Node): Node {
    return this.choose(other, FALSE, one);
  }

  /** All of many sets together: by halves, so that small ones meet small ones. */
  union(sets: readonly Node[]): Node {
    let round = [...sets];
    while (round.length > 1) {
      const next: Node[] = [];
      for (let at = 0; at < round.length; at += 2) {
        next.push(at + 1 < round.length ? this.or(round[at] as Node, round[at + 1] as Node) : (round[at] as Node));
      }
      round = next;
    }
    return round[0] ?? FALSE;
  }

  /** `yes` for what is in the set, `no` for all else. */
  choose(set: Node, yes: Node, no: Node): Node {
    if (set === TRUE || yes === no) return yes;
    if (set === FALSE) return no;
    if (yes === TRUE && no === FALSE) return set;
    const known = this.#recall(set, yes, no);
    if (known >= 0) return known;
    const bits = this.#bits;
    const bit = Math.min(bits[set] as number, bits[yes] as number, bits[no] as number);
    const result = this.branch(
      bit,
      this.choose(this.#lowAt(bit, set), this.#lowAt(bit, yes), this.#lowAt(bit, no)),
      this.choose(this.#highAt(bit, set), this.#highAt(bit, yes), this.#highAt(bit, no)),
    );
    this.#remember(set, yes, no, result);
    return result;
  }

  /** The same function with other terminals. */
  replace(root: Node, terminal: (value: number) => Node): Node {
    const known = this.#begin();
    const walk = (node: Node): Node => {
      if (this.#stamps[node] === known) return this.#answers[node] as number;
      const result = this.isTerminal(node)
        ? terminal(this.valueOf(node))
        : this.branch(this.bitOf(node), walk(this.low(node)), walk(this.high(node)));
      return this.#answer(node, known, result);
    };
    return walk(root);
  }

  /** The function with other terminals for what is in the set, and as it is for all else. */
  replaceWithin(set: Node, root: Node, terminal: (value: number) => Node): Node {
    // A question of this walk alone: no other one has a negative third word.
    const question = -++this.#walks;
    const walk = (within: Node, node: Node): Node => {
      if (within === FALSE) return node;
      if (within === TRUE && this.isTerminal(node)) return terminal(this.valueOf(node));
      const known = this.#recall(within, node, question);
      if (known >= 0) return known;
      const bit = Math.min(this.bitOf(within), this.bitOf(node));
      const result = this.branch(
        bit,
        walk(this.#lowAt(bit, within), this.#lowAt(bit, node)),
        walk(this.#highAt(bit, within), this.#highAt(bit, node)),
      );
      this.#remember(within, node, question, result);
      return result;
    };
    return walk(set, root);
  }

  /** The function where some bits in a row are a number, the highest bit first. */
  given(root: Node, { first, width }: Bits, value: number): Node {
    const known = this.#begin();
    const walk = (node: Node): Node => {
      const bit = this.bitOf(node);
      if (bit >= first + width) return node;
      if (bit >= first) return walk((value >>> (first + width - 1 - bit)) & 1 ? this.high(node) : this.low(node));
      if (this.#stamps[node] === known) return this.#answers[node] as number;
      return this.#answer(node, known, this.branch(bit, walk(this.low(node)), walk(this.high(node))));
    };
    return walk(root);
  }

  /** The packets of a set, whatever these bits of theirs are. */
  regardless(root: Node, { first, width }: Bits): Node {
    const known = this.#begin();
    const walk = (node: Node): Node => {
      const bit = this.bitOf(node);
      if (bit >= first + width) return node;
      if (this.#stamps[node] === known) return this.#answers[node] as number;
      const [low, high] = [walk(this.low(node)), walk(this.high(node))];
      return this.#answer(node, known, bit < first ? this.branch(bit, low, high) : this.or(low, high));
    };
    return walk(root);
  }

  /** The values of the terminals that a function has. */
  terminalsOf(root: Node): Set<number> {
    const values = new Set<number>();
    const known = this.#begin();
    const walk = (node: Node): void => {
      if (this.#stamps[node] === known) return;
      this.#answer(node, known, TRUE);
      if (this.isTerminal(node)) values.add(this.valueOf(node));
      else {
        walk(this.low(node));
        walk(this.high(node));
      }
    };
    walk(root);
    return values;
  }

  #begin(): number {
    if (this.#stamps.length < this.#count) {
      this.#answers = new Int32Array(this.#bits.length);
      this.#stamps = new Int32Array(this.#bits.length);
    }
    return ++this.#walks;
  }

  /** A walk asks for nodes that were there when it began: the tables have room for them. */
  #answer(node: Node, walk: number, result: Node): Node {
    this.#answers[node] = result;
    this.#stamps[node] = walk;
    return result;
  }

  #lowAt(bit: number, node: Node): Node {
    return this.#bits[node] === bit ? (this.#lows[node] as number) : node;
  }

  #highAt(bit: number, node: Node): Node {
    return this.#bits[node] === bit ? (this.#highs[node] as number) : node;
  }

  #node(bit: number, low: Node, high: Node): Node {
    const unique = this.#unique;
    const mask = unique.length - 1;
    let place = hash(bit, low, high) & mask;
    for (;;) {
      const found = (unique[place] as number) - 1;
      if (found < 0) break;
      if (this.#bits[found] === bit && this.#lows[found] === low && this.#highs[found] === high) return found;
      place = (place + 1) & mask;
    }
    const node = this.#count++;
    if (node === this.#bits.length) this.#grow();
    this.#bits[node] = bit;
    this.#lows[node] = low;
    this.#highs[node] = high;
    this.#enter(node);
    return node;
  }

  #enter(node: Node): void {
    const unique = this.#unique;
    const mask = unique.length - 1;
    let place = hash(this.#bits[node] as number, this.#lows[node] as number, this.#highs[node] as number) & mask;
    while (unique[place] !== 0) place = (place + 1) & mask;
    unique[place] = node + 1;
  }

  #grow(): void {
    const [bits, lows, highs] = [this.#bits, this.#lows, this.#highs].map((old) => {
      const next = new Int32Array(old.length * 2);
      next.set(old);
      return next;
    }) as [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>];
    [this.#bits, this.#lows, this.#highs] = [bits, lows, highs];
    this.#unique = new Int32Array(bits.length * 2);
    for (let node = 0; node < this.#count - 1; node++) this.#enter(node);
    this.#computed = new Int32Array(bits.length * WORDS);
  }

  #placeOf(a: number, b: number, c: number): number {
    return (hash(a, b, c) & (this.#computed.length / WORDS - 1)) * WORDS;
  }

  /** What is known of a question; -1 where nothing is. */
  #recall(a: number, b: number, c: number): Node {
    const place = this.#placeOf(a, b, c);
    const computed = this.#computed;
    const isKnown = computed[place] === a && computed[place + 1] === b && computed[place + 2] === c;
    return isKnown ? (computed[place + 3] as number) : -1;
  }

  /** The table is lossy: an older answer makes room. `choose(0, …)` is never asked, so that zeros are no answer. */
  #remember(a: number, b: number, c: number, result: Node): void {
    const place = this.#placeOf(a, b, c);
    this.#computed[place] = a;
    this.#computed[place + 1] = b;
    this.#computed[place + 2] = c;
    this.#computed[place + 3] = result;
  }
}

function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
