import { FAMILIES, type Family } from "../../model/addresses";
import type { AddressSet, Ruleset } from "../../compile/ruleset";
import type { ContainerSelector } from "../../model/containers";
import { eachLiveSet, liveSetName, type LiveKind } from "../live-sets";
import { plainAddress } from "./quote";

/**
 * Stands in the texts where the generation's first eight digits come, which are a digest of the very texts. It holds a
 * control character, so that no comment of a user can hold it.
 */
export const GENERATION_MARK = "\u0001GENERATION\u0001";

/** What a packet of one family has to match, so that one of the set's addresses is its own. */
export type AddressTest =
  | { readonly kind: "none" }
  | { readonly kind: "any" }
  | { readonly kind: "one"; readonly address: string }
  | { readonly kind: "set"; readonly name: string };

export type AddressTests = (set: string, family: Family) => AddressTest;

/**
 * Decides for each set and family whether an ipset is worth it. Set names carry the generation, so that the sets of
 * the old and of the new rules stand side by side while one replaces the other.
 */
export function addressTests(sets: readonly AddressSet[]): AddressTests {
  const tests = { 4: new Map<string, AddressTest>(), 6: new Map<string, AddressTest>() };
  sets.forEach((set, index) => {
    for (const family of FAMILIES) tests[family].set(set.name, addressTest(set, index, family));
  });
  return (set, family) => {
    const test = tests[family].get(set);
    if (test === undefined) throw new Error(`invariant: set ${set} does not exist`);
    return test;
  };
}

/** The sets as `ipset restore` reads them. */
export function renderSets(sets: readonly AddressSet[], testOf: AddressTests): string {
  let text = "";
  for (const set of sets) {
    if (set.live !== undefined) continue;
    for (const family of FAMILIES) {
      const test = testOf(set.name, family);
      if (test.kind !== "set") continue;
      const elements = elementsOf(set, family);
      const size = `hashsize ${hashSize(elements.length)} maxelem ${Math.max(65536, elements.length)}`;
      text += `create ${test.name} hash:net family ${family === 4 ? "inet" : "inet6"} ${size}\n`;
      for (const element of elements) text += `add ${test.name} ${plainAddress(element)}\n`;
    }
  }
  return text;
}

function addressTest(set: AddressSet, index: number, family: Family): AddressTest {
  const elements = elementsOf(set, family);
  const [first] = elements;
  if (set.live !== undefined) return { kind: "set", name: ourLiveSet(set.live, "addresses", family) };
  if (first === undefined) return { kind: "none" };
  if (elements.some((element) => element.endsWith("/0"))) return { kind: "any" };
  // A rule names one address of each side at most by itself: what is excepted may stand beside it.
  if (elements.length === 1 && set.excepted !== true) return { kind: "one", address: first };
  return { kind: "set", name: `cdkfw-${GENERATION_MARK}-${index}-${family}` };
}

function elementsOf(set: AddressSet, family: Family): readonly string[] {
  return family === 4 ? set.v4 : set.v6;
}

/** ipset wants a power of two; 64 is its least. */
export function hashSize(elements: number): number {
  return 2 ** Math.max(6, Math.ceil(Math.log2(elements)));
}

/** The name of a live set in the kernel: of no generation. */
export function ourLiveSet(select: ContainerSelector, kind: LiveKind, family: Family): string {
  return `cdkfw-${liveSetName(select, kind, family)}`;
}

/** The host's own side may be every address of a family, in two halves. */
const LIVE_TYPE: Readonly<Record<LiveKind, string>> = {
  addresses: "hash:ip",
  container: "hash:ip,port",
  host: "hash:net,port",
};

/** The sets that the host fills in: made where they do not stand, and left as they are where they do. */
export function renderLiveSets(ruleset: Ruleset): string {
  return eachLiveSet(ruleset)
    .map(({ name, kind, family }) => {
      const type = LIVE_TYPE[kind];
      return `create cdkfw-${name} ${type} family ${family === 4 ? "inet" : "inet6"} hashsize 64 maxelem 65536\n`;
    })
    .join("");
}
