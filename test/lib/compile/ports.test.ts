import fc from "fast-check";
import { mergePorts } from "../../../lib/compile/ports";
import type { PortRange } from "../../../lib/model/services";

describe("mergePorts", () => {
  it.each<[string, PortRange[], PortRange[]]>([
    ["keeps one port", [[22, 22]], [[22, 22]]],
    ["sorts", [[443, 443], [80, 80]], [[80, 80], [443, 443]]],
    ["leaves out what was said already", [[80, 80], [80, 80]], [[80, 80]]],
    ["joins ranges that overlap", [[8000, 8100], [8050, 8200]], [[8000, 8200]]],
    ["joins neighbours", [[20, 20], [21, 21], [22, 22]], [[20, 22]]],
    ["keeps a range within another one out", [[1, 65535], [80, 90]], [[1, 65535]]],
    ["keeps apart what has a port between", [[1, 2], [4, 5]], [[1, 2], [4, 5]]],
  ])("%s", (_, given, wanted) => expect(mergePorts(given)).toEqual(wanted)); // prettier-ignore

  it("holds the same ports as the ranges that it was given, in ranges that do not touch", () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (pairs) => {
        const given = pairs.map(([first, more]): PortRange => [first, first + more]);
        const merged = mergePorts(given);
        expect(portsOf(merged)).toEqual(portsOf(given));
        merged.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan((merged[index]?.[1] ?? 0) + 1));
      }),
    );
  });
});

function portsOf(ranges: readonly PortRange[]): number[] {
  const ports = new Set(
    ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n)),
  );
  return [...ports].sort((a, b) => a - b);
}
