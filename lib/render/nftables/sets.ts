import type { Family } from "../../model/addresses";
import type { AddressSet, Ruleset } from "../../compile/ruleset";
import { eachLiveSet, liveSetName } from "../live-sets";
import { plainAddress } from "./quote";

const TYPE: Readonly<Record<Family, string>> = { 4: "ipv4_addr", 6: "ipv6_addr" };

/** What a packet of one family has to match: nothing can, anything does, or one of these. */
export type AddressTest =
  { readonly kind: "none" } | { readonly kind: "any" } | { readonly kind: "elements"; readonly expression: string };

/** Sets with more than one element of a family have a name: they are seen and counted by it. */
export function addressTests(sets: readonly AddressSet[]): (set: string, family: Family) => AddressTest {
  const byName = new Map(sets.map((set, index) => [set.name, { set, index }]));
  const tests = { 4: new Map<string, AddressTest>(), 6: new Map<string, AddressTest>() };
  return (name, family) => {
    let test = tests[family].get(name);
    if (test === undefined) {
      const found = byName.get(name);
      if (found === undefined) throw new Error(`invariant: set ${name} does not exist`);
      tests[family].set(name, (test = testOf(found.set, found.index, family)));
    }
    return test;
  };
}

function testOf(set: AddressSet, index: number, family: Family): AddressTest {
  if (set.live !== undefined) return { kind: "elements", expression: `@${liveSetName(set.live, "addresses", family)}` };
  const elements = elementsOf(set, family);
  const [first] = elements;
  if (first === undefined) return { kind: "none" };
  if (elements.some((element) => element.endsWith("/0"))) return { kind: "any" };
  return { kind: "elements", expression: elements.length === 1 ? first : `@${nameOf(index, family)}` };
}

export function renderSets(sets: readonly AddressSet[]): string[] {
  return sets.flatMap((set, index) =>
    ([4, 6] as const).flatMap((family) => {
      const elements = elementsOf(set, family);
      if (elements.length < 2 || elements.some((element) => element.endsWith("/0"))) return [];
      return [
        `\tset ${nameOf(index, family)} {`,
        `\t\ttype ${TYPE[family]}`,
        "\t\tflags interval",
        "\t\tauto-merge",
        `\t\telements = { ${inLines(elements.map(plainAddress))} }`,
        "\t}",
      ];
    }),
  );
}

/** Some on a line: the host's awk need not take one of a megabyte. */
const ON_A_LINE = 16;

function inLines(elements: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < elements.length; at += ON_A_LINE) lines.push(elements.slice(at, at + ON_A_LINE).join(", "));
  return lines.join(",\n\t\t\t");
}

/** The sets that the host fills in, in the transaction that makes them. */
export function renderLiveSets(ruleset: Ruleset): string[] {
  return eachLiveSet(ruleset).flatMap(({ name, kind, family }) => [
    `\tset ${name} {`,
    `\t\ttype ${TYPE[family]}${kind === "addresses" ? "" : " . inet_proto . inet_service"}`,
    // The host's own side may be every address of a family, in two halves.
    ...(kind === "host" ? ["\t\tflags interval"] : []),
    "\t}",
  ]);
}

function nameOf(index: number, family: Family): string {
  return `addresses-${index}-${family}`;
}

function elementsOf(set: AddressSet, family: Family): readonly string[] {
  return family === 4 ? set.v4 : set.v6;
}
