import type { Chain, Match } from "../../compile/ruleset";
import type { PortRange } from "../../model/services";

/** What a port is held against: one, one of some, or `@ports-3`. */
export type PortTest = (ranges: readonly PortRange[]) => string;

/**
 * Several ports with a range among them are a set with a name: the runtime makes it before the rules that look into it,
 * since the kernel finds nothing in a set of intervals in the moment in which it begins.
 */
export function portTest(lists: readonly string[]): PortTest {
  const names = new Map(lists.map((printed, index) => [printed, `@ports-${index}`]));
  return (ranges) => {
    const printed = printRanges(ranges);
    return ranges.length === 1 ? printed : (names.get(printed) ?? `{ ${printed} }`);
  };
}

export function renderPortSets(lists: readonly string[]): string[] {
  return lists.flatMap((printed, index) => [
    `\tset ports-${index} {`,
    "\t\ttype inet_service",
    "\t\tflags interval",
    `\t\telements = { ${printed} }`,
    "\t}",
  ]);
}

/** The lists of ports that get a name, as they are printed. */
export function portLists(chains: readonly Chain[]): string[] {
  const lists = chains
    .flatMap(({ rules }) => rules.flatMap(({ matches }) => matches))
    .filter((match): match is Extract<Match, { kind: "ports" }> => match.kind === "ports")
    .filter(({ ranges }) => ranges.length > 1 && ranges.some(([first, last]) => first !== last))
    .map(({ ranges }) => printRanges(ranges));
  return [...new Set(lists)];
}

function printRanges(ranges: readonly PortRange[]): string {
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(", ");
}
