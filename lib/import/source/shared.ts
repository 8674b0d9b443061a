import { declaredOf, type HostPlan, type Named, type PlanLine } from "../plan";

/** Objects of several hosts: those that are equal stand in a file for all, the others with their host. */
export class Shared<T extends Named<unknown>> {
  /** The file for all: every object once, with the comments that its hosts have beside it. */
  readonly lines: readonly PlanLine<T>[];
  readonly #keys: ReadonlySet<string>;

  /** @param least on how many hosts an object stands that is shared */
  constructor(hosts: readonly HostPlan[], linesOf: (host: HostPlan) => readonly PlanLine<T>[], least: number) {
    this.#keys = sharedKeys(
      hosts.map((host) => declaredOf(linesOf(host))),
      least,
    );
    this.lines = merged(hosts.map((host) => this.#split(linesOf(host), true)));
  }

  has(what: T): boolean {
    return this.#keys.has(keyOf(what));
  }

  /** What a host declares itself, with its comments. */
  ownLines(lines: readonly PlanLine<T>[]): readonly PlanLine<T>[] {
    return this.#split(lines, false);
  }

  /** Comments belong to the object that follows them, those at the end to the last one. */
  #split(lines: readonly PlanLine<T>[], shared: boolean): PlanLine<T>[] {
    const kept: PlanLine<T>[] = [];
    let before: PlanLine<T>[] = [];
    let wanted = false;
    for (const line of lines) {
      before.push(line);
      if (line.kind !== "declared") continue;
      wanted = this.has(line.what) === shared;
      if (wanted) kept.push(...before);
      else if (before.some(({ kind }) => kind === "blank")) kept.push({ kind: "blank" });
      before = [];
    }
    return wanted || (kept.length === 0 && !shared) ? [...kept, ...before] : kept;
  }
}

function keyOf({ name, policy }: Named<unknown>): string {
  return JSON.stringify([name, policy]);
}

/** Of several things with one name, the one that most hosts have. */
function sharedKeys(hosts: readonly (readonly Named<unknown>[])[], least: number): ReadonlySet<string> {
  const counts = new Map<string, Map<string, number>>();
  for (const what of hosts.flat()) {
    const ofName = counts.get(what.name) ?? new Map<string, number>();
    counts.set(what.name, ofName.set(keyOf(what), (ofName.get(keyOf(what)) ?? 0) + 1));
  }
  const shared = [...counts.values()].flatMap((ofName) => {
    const [key, count] = [...ofName].reduce((best, one) => (one[1] > best[1] ? one : best));
    return count >= least ? [key] : [];
  });
  return new Set(shared);
}

/** What a later host adds stands at the end: objects that are new, and comments that no host before it had. */
function merged<T extends Named<unknown>>(hosts: readonly (readonly PlanLine<T>[])[]): PlanLine<T>[] {
  const seen = new Set<string>();
  return hosts.flatMap((lines) => {
    const added = lines.filter((line) => line.kind === "blank" || !seen.has(contentOf(line)));
    for (const line of lines) seen.add(contentOf(line));
    return [...added, { kind: "blank" }];
  });
}

function contentOf<T extends Named<unknown>>(line: PlanLine<T>): string {
  switch (line.kind) {
    case "declared":
      return keyOf(line.what);
    case "comment":
      return `# ${line.text}`;
    case "remark":
      return `! ${line.remark.words}`;
    case "blank":
      return "";
  }
}
