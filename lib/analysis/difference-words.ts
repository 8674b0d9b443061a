import type { ZonePolicy } from "../model/policy";
import { boxesOf } from "./boxes";
import { boxesInWords } from "./box-words";
import type { Difference } from "./difference";
import type { Node } from "./diagrams";

/** What a change does, in the order of its weight for the reader. */
export const EFFECTS = ["admitted", "refused", "freed", "limited", "changed"] as const;
export type Effect = (typeof EFFECTS)[number];

export const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  admitted: "newly admitted",
  refused: "newly refused",
  freed: "no longer limited",
  limited: "newly limited",
  changed: "translated in another way",
};

/** The sets of packets that fare otherwise, each as lines: `tcp 22 from 0.0.0.0/0 on ext → host`. */
export type DifferenceLines = Readonly<Record<Effect, readonly string[]>>;

export function differenceInWords(difference: Difference, zones: readonly ZonePolicy[]): DifferenceLines {
  const { space } = difference;
  const lines = (set: Node) => boxesInWords(space, boxesOf(space, set), zones);
  return Object.fromEntries(EFFECTS.map((effect) => [effect, lines(difference[effect])])) as Record<Effect, string[]>;
}
