import { isInShard, readShard, WHOLE } from "../../../lib/model/shard";

const HOSTS = Array.from({ length: 1000 }, (_, n) => `web-${n}`);

test.each([1, 2, 3, 10])("every host is in one of %i shards, and they are of about the same size", (of) => {
  const shards = Array.from({ length: of }, (_, n) => HOSTS.filter((host) => isInShard(host, { index: n + 1, of })));
  expect(shards.flat().sort()).toEqual([...HOSTS].sort());
  for (const shard of shards) expect(Math.abs(shard.length - HOSTS.length / of)).toBeLessThan(50);
});

test.each([
  ["3/10", { index: 3, of: 10 }],
  ["1/1", WHOLE],
  ["0/10", undefined],
  ["11/10", undefined],
  ["3", undefined],
  ["a/b", undefined],
])("%s", (text, shard) => expect(readShard(text)).toEqual(shard));
