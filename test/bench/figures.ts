/** Seconds that work takes. */
export async function seconds(work: () => Promise<unknown> | unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Seconds of the works in turns, so that what else the machine does hits all alike; the median of each. */
export async function medians(
  repetitions: number,
  works: readonly (() => Promise<unknown> | unknown)[],
): Promise<number[]> {
  const figures = works.map((): number[] => []);
  for (let turn = 0; turn < repetitions; turn++) {
    for (const [index, work] of works.entries()) figures[index]?.push(await seconds(work));
  }
  return figures.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function print(label: string, figure: string): void {
  console.log(`  ${label.padEnd(62)} ${figure.padStart(12)}`);
}

export const inSeconds = (value: number): string => `${value.toFixed(value < 1 ? 3 : 2)} s`;
