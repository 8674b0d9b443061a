import type { Mistake } from "./explain-issues";
import { nearestName, show } from "./findings";
import { fits, type Selectable } from "./host-selection";
import type { Rollout } from "./rollout";

/** Words of a rollout that name no host: a wave that was meant to be would silently not be. */
export function unknownNamesOf(
  rollout: Pick<Rollout, "canary" | "groups"> | undefined,
  hosts: readonly Selectable[],
): Mistake[] {
  const { canary = 0, groups = [] } = rollout ?? {};
  const known = [...new Set(hosts.flatMap((host) => host.groups))];
  const selectors = [...hosts.map(({ name }) => name), ...known.map((group) => `group:${group}`)];
  const canaries = typeof canary === "number" ? [] : canary;
  return [
    ...canaries
      .filter((selector) => !hosts.some((host) => fits(host, selector)))
      .map((selector) => unknown("canary", selector, "is no host of the fleet", selectors)),
    ...groups
      .filter((group) => !known.includes(group))
      .map((group) => unknown("groups", group, "no host is in", known)),
  ];
}

function unknown(setting: string, given: string, why: string, known: readonly string[]): Mistake {
  const near = nearestName(given, known);
  return {
    problem: `the rollout's \`${setting}\` names ${show(given)}, which ${why}`,
    ...(near !== undefined && { fix: `did you mean \`${near}\`?` }),
  };
}
