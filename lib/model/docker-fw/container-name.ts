import { explainSelector } from "../containers";
import type { Mistake } from "../explain-issues";
import { show } from "../findings";

/** Tells containers apart as Docker does: by name, by id, or by the beginning of an id. Names by id. */
export type ContainerNames = ReadonlyMap<string, string>;

/** The name of a container that docker-fw names: ids change whenever a container is made anew. */
export function containerName(given: string, names: ContainerNames, cure: string): string | Mistake {
  const plain = given.replace(/^\//, "");
  const known = [...names].find(([id]) => id === plain || (plain.length >= 4 && id.startsWith(plain)));
  if (known !== undefined) return known[1];
  if (/^([0-9a-f]{12}|[0-9a-f]{64})$/.test(plain)) {
    return { problem: `${show(plain)} is the id of a container, not a name`, fix: cure };
  }
  return explainSelector({ name: plain }) ?? plain;
}
