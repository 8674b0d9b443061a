/** First and last of a row of numbers, both included. */
export type Range<N extends number | bigint> = readonly [first: N, last: N];

/**
 * Numbers from 0 on, cut into classes that some sets tell apart: two numbers are of one class where every set has both or
 * neither. Tens of thousands of networks that stand in one set are one class.
 */
export class Partition<N extends number | bigint> {
  /** Where the pieces begin, ascending; the first one at 0. */
  readonly #starts: readonly N[];
  /** The class of each piece. */
  readonly #classes: Int32Array;
  readonly count: number;
  /** The question that has found a class last: a set per question would cost more than the question. */
  readonly #found: Int32Array;
  #questions = 0;

  constructor(
    readonly last: N,
    sets: readonly (readonly Range<N>[])[],
  ) {
    const zero = (typeof last === "bigint" ? 0n : 0) as N;
    this.#starts = startsOf(zero, last, sets);
    this.#classes = new Int32Array(this.#starts.length);
    let fresh = 1;
    for (const set of sets) {
      const moved = new Map<number, number>();
      for (const piece of this.#piecesOf(set)) {
        const old = this.#classes[piece] as number;
        let next = moved.get(old);
        if (next === undefined) moved.set(old, (next = fresh++));
        this.#classes[piece] = next;
      }
    }
    this.count = this.#numberInOrder();
    this.#found = new Int32Array(this.count);
  }

  /** The class of a number. */
  of(value: N): number {
    return this.#classes[this.#pieceAt(value)] as number;
  }

  /** The classes that a set has, ascending. It must be one that the partition was made for. */
  within(set: readonly Range<N>[]): number[] {
    const classes: number[] = [];
    const question = ++this.#questions;
    let isAscending = true;
    for (const [first, last] of set) {
      for (let piece = this.#pieceAt(first); piece < this.#starts.length; piece++) {
        if ((this.#starts[piece] as N) > last) break;
        const found = this.#classes[piece] as number;
        if (this.#found[found] === question) continue;
        this.#found[found] = question;
        isAscending &&= found > (classes.at(-1) ?? -1);
        classes.push(found);
      }
    }
    return isAscending ? classes : classes.sort((a, b) => a - b);
  }

  /** The numbers of some classes, in rows as long as they can be. */
  rangesOf(classes: ReadonlySet<number>): Range<N>[] {
    const ranges: [N, N][] = [];
    this.#starts.forEach((start, piece) => {
      if (!classes.has(this.#classes[piece] as number)) return;
      const before = ranges.at(-1);
      if (before !== undefined && next(before[1]) === start) before[1] = this.#endOf(piece);
      else ranges.push([start, this.#endOf(piece)]);
    });
    return ranges;
  }

  #endOf(piece: number): N {
    const following = this.#starts[piece + 1];
    return following === undefined ? this.last : previous(following);
  }

  /** Each piece once: the ranges of a set may overlap. */
  *#piecesOf(set: readonly Range<N>[]): Generator<number> {
    const seen = set.length > 1 ? new Set<number>() : undefined;
    for (const [first, last] of set) {
      for (let piece = this.#pieceAt(first); piece < this.#starts.length; piece++) {
        if ((this.#starts[piece] as N) > last) break;
        if (seen?.has(piece) === true) continue;
        seen?.add(piece);
        yield piece;
      }
    }
  }

  #pieceAt(value: N): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] as N) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Neighbours get neighbouring numbers, so that a range is told by few bits. */
  #numberInOrder(): number {
    const numbers = new Map<number, number>();
    this.#classes.forEach((given, piece) => {
      let number = numbers.get(given);
      if (number === undefined) numbers.set(given, (number = numbers.size));
      this.#classes[piece] = number;
    });
    return numbers.size;
  }
}

function startsOf<N extends number | bigint>(zero: N, last: N, sets: readonly (readonly Range<N>[])[]): N[] {
  const starts = [zero];
  // Networks stand in many sets at once, and most often as the same object.
  for (const [from, to] of new Set(sets.flat())) {
    starts.push(from);
    if (to < last) starts.push(next(to));
  }
  starts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  // Not by a Set: V8 hashes a bigint by its lower 64 bits, which are zero in all networks of IPv6.
  return starts.filter((start, index) => start !== starts[index - 1]);
}

function next<N extends number | bigint>(value: N): N {
  return (typeof value === "bigint" ? value + 1n : (value as number) + 1) as N;
}

function previous<N extends number | bigint>(value: N): N {
  return (typeof value === "bigint" ? value - 1n : (value as number) - 1) as N;
}
