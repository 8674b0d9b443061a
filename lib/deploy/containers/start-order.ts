import { nearestName, show } from "../../model/findings";
import { UserError } from "../../model/user-error";
import { isMeantBy, type Container, type Need } from "./container";

/** What is done to one container, in its turn. */
export interface StartStep {
  readonly container: Container;
  /** `runs`: nothing is to be done; `unpause`: it was paused before, by whomever. */
  readonly action: "start" | "unpause" | "runs";
  /** Why it is here where nobody has named it: `web is linked to it`. */
  readonly because?: string;
}

const WHY: Readonly<Record<Need["kind"], string>> = {
  link: "is linked to it",
  network: "shares its network",
  processes: "shares its processes",
  memory: "shares its memory",
  volumes: "has its volumes",
  depends_on: "depends on it",
};

/** Docker refuses to start what needs one of these of a container that does not run. */
const NEEDED_RUNNING: ReadonlySet<Need["kind"]> = new Set(["link", "network", "processes", "memory"]);

/**
 * The named containers, each after all that it needs; otherwise in the order of their names on the command line.
 * @param pullDependencies takes along what they need and is not named
 * @throws UserError `no-container`, `needs-container`, `circular-needs`
 */
export function startOrder(
  containers: readonly Container[],
  names: readonly string[],
  pullDependencies: boolean,
): StartStep[] {
  const named = names.map((name) => find(containers, name));
  const steps = new Map<string, StartStep>();
  const visit = (container: Container, way: readonly Container[], because?: string): void => {
    if (steps.has(container.id)) return;
    if (way.includes(container)) throw circular([...way.slice(way.indexOf(container)), container]);
    for (const { kind, on } of needsOf(container, containers)) {
      if (pullDependencies || named.includes(on)) visit(on, [...way, container], `${container.name} ${WHY[kind]}`);
      else if (NEEDED_RUNNING.has(kind) && isStopped(container) && isStopped(on)) throw missing(container, kind, on);
    }
    const said = because === undefined || named.includes(container) ? {} : { because };
    steps.set(container.id, { container, action: actionOn(container), ...said });
  };
  for (const container of named) visit(container, []);
  return [...steps.values()];
}

function find(containers: readonly Container[], name: string): Container {
  const byName = containers.find((one) => one.name === name);
  const byId = /^[0-9a-f]{4,}$/.test(name) ? containers.filter(({ id }) => id.startsWith(name)) : [];
  const found = byName ?? (byId.length === 1 ? byId[0] : undefined);
  if (found !== undefined) return found;
  const near = nearestName(name, containers.map((one) => one.name)); // prettier-ignore
  throw new UserError(
    "no-container",
    `the host has no container ${show(name)}`,
    near === undefined ? "`cdkfw containers HOST` lists them." : `Did you mean \`${near}\`?`,
  );
}

function needsOf(container: Container, all: readonly Container[]): { kind: Need["kind"]; on: Container }[] {
  return container.needs.flatMap((need) => {
    const meant = all.filter((one) =>
      need.kind === "depends_on" ? isMeantBy(one, need) : one.name === need.container || one.id === need.container,
    );
    return meant.filter((one) => one !== container).map((on) => ({ kind: need.kind, on }));
  });
}

const isStopped = ({ state }: Container): boolean => state !== "running" && state !== "paused";

function actionOn({ state }: Container): StartStep["action"] {
  if (state === "running") return "runs";
  return state === "paused" ? "unpause" : "start";
}

function circular(way: readonly Container[]): UserError {
  return new UserError(
    "circular-needs",
    `these containers need one another in a circle: ${way.map(({ name }) => name).join(" → ")}`,
    "Start them by docker, in the order that you want.",
  );
}

function missing(container: Container, kind: Need["kind"], on: Container): UserError {
  return new UserError(
    "needs-container",
    `\`${on.name}\` does not run, and \`${container.name}\` ${WHY[kind]}`,
    `Name \`${on.name}\` too, or say --pull-deps.`,
  );
}
