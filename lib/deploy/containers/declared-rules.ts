import { containerInWords, type ContainerSelector } from "../../model/containers";
import { printOrigin } from "../../model/origin";
import type { Entry, HostPolicy } from "../../model/policy";
import { entryInWords } from "../../model/words";
import { isMeantBy, type Container } from "./container";

/** An entry of the policy, in words, and where it was declared. */
export interface DeclaredRule {
  readonly words: string;
  readonly place: string;
}

/** The entries that name a container: by its name, a label, or as a service of Compose. */
export function rulesNaming(policy: HostPolicy, container: Container): DeclaredRule[] {
  return policy.entries
    .filter((entry) => selectorsOf(entry).some((select) => isMeantBy(container, select)))
    .map(ruleOf);
}

/** Containers that entries name and that are not there, in words, with the entries that wait for them. */
export function absentContainers(
  policy: HostPolicy,
  containers: readonly Container[],
): { readonly container: string; readonly rules: readonly DeclaredRule[] }[] {
  const absent = new Map<string, Entry[]>();
  for (const entry of policy.entries) {
    for (const select of selectorsOf(entry)) {
      if (containers.some((container) => isMeantBy(container, select))) continue;
      const words = containerInWords(select);
      absent.set(words, [...(absent.get(words) ?? []), entry]);
    }
  }
  return [...absent].map(([container, entries]) => ({ container, rules: entries.map(ruleOf) }));
}

const ruleOf = (entry: Entry): DeclaredRule => ({ words: entryInWords(entry), place: printOrigin(entry.origin) });

function selectorsOf(entry: Entry): ContainerSelector[] {
  const sides = entry.kind === "rule" ? [entry.from, entry.to] : [entry.from];
  return sides.flatMap((side) => (side.kind === "container" ? [side.select] : []));
}
