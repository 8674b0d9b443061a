import { Partition, type Range } from "../../../lib/analysis/partition";

test("numbers that no set tells apart are one class, and neighbours have neighbouring classes", () => {
  const sets: Range<number>[][] = [[[10, 19]], [[15, 24]], [[10, 14], [40, 49]]]; // prettier-ignore
  const partition = new Partition(99, sets);
  expect([0, 10, 15, 20, 25, 40, 50].map((number) => partition.of(number))).toEqual([0, 1, 2, 3, 0, 4, 0]);
  expect(partition.count).toBe(5);
  expect(sets.map((set) => partition.within(set))).toEqual([[1, 2], [2, 3], [1, 4]]); // prettier-ignore
  expect(partition.rangesOf(new Set([2, 3]))).toEqual([[15, 24]]);
});

test("a hundred thousand networks of IPv6, as large countries have, cost no more than their sorting", () => {
  const networks = Array.from({ length: 100_000 }, (_, n): Range<bigint> => {
    const first = BigInt(2 * n) << 80n;
    return [first, first + (1n << 80n) - 1n];
  });
  const partition = new Partition((1n << 128n) - 1n, [networks]);
  expect(partition.count).toBe(2);
  expect(partition.rangesOf(new Set([partition.of(0n)]))).toEqual(networks);
});
