import { createHash } from "node:crypto";

/** A part of a fleet: the third of ten is `{ index: 3, of: 10 }`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** All of it. */
export const WHOLE: Shard = { index: 1, of: 1 };

/** `3/10`; nothing where it is none. */
export function readShard(text: string): Shard | undefined {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return shard.index >= 1 && shard.index <= shard.of ? shard : undefined;
}

/**
 * Whether a host belongs to a shard. It follows from the host's name and the number of shards alone: hosts that come or
 * go move no other, and every runner knows its own without asking.
 */
export function isInShard(host: string, { index, of }: Shard): boolean {
  return (createHash("sha256").update(host).digest().readUInt32BE(0) % of) + 1 === index;
}
