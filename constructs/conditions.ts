import { conditionForms, CONDITION_NAMES, conditionsOf, type ReadConditions } from "../lib/model/condition-forms";
import type { Conditions } from "../lib/model/conditions";
import type { Mistake } from "../lib/model/explain-issues";
import type { Origin } from "../lib/model/origin";
import { readForm } from "../lib/model/read-form";
import type { ConditionProps } from "./condition-props";
import type { UsedAddresses } from "./used-addresses";

/** The conditions of an entry: those that are understood. Most entries have none, and are not brought here. */
export function readConditions(
  props: ConditionProps,
  addresses: UsedAddresses,
  origin: Origin,
  mistakes: Mistake[],
): Conditions {
  const read: Record<string, unknown> = {};
  for (const name of CONDITION_NAMES) {
    if (props[name] !== undefined) read[name] = readForm<unknown>(name, conditionForms[name], props[name], mistakes);
  }
  const except = (name: "exceptSource" | "exceptDestination") => {
    if (props[name] === "any") {
      mistakes.push({ problem: `\`${name}\` is \`any\`: the entry would never match`, fix: "name what to leave out" });
    }
    return addresses.namesOf(props[name], origin, mistakes);
  };
  return conditionsOf(read as ReadConditions, except("exceptSource"), except("exceptDestination"));
}
