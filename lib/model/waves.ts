import { fits, type Selectable } from "./host-selection";
import type { Rollout } from "./rollout";

/** Hosts that are deployed to at the same time. The next wave begins when this one has ended well. */
export interface Wave {
  /** `canary`, or the group whose hosts it holds; nothing where it has no name of its own. */
  readonly label?: string;
  readonly hosts: readonly string[];
  /** The rollout stops when more hosts than these have failed, those of earlier waves included. */
  readonly maxFailures: number;
  /** Seconds to wait after it. */
  readonly pause: number;
  readonly atomic: boolean;
}

/** Without a rollout all hosts are tried, and none waits for another. */
export function oneWave(hosts: readonly Selectable[]): Wave[] {
  return hosts.length === 0
    ? []
    : [{ hosts: hosts.map(({ name }) => name), maxFailures: Infinity, pause: 0, atomic: false }];
}

/** The waves of a rollout, in the order of the hosts: the same hosts give the same waves. */
export function planWaves(hosts: readonly Selectable[], rollout: Rollout): Wave[] {
  const canaries = canariesOf(hosts, rollout);
  const others = hosts.filter((host) => !canaries.includes(host));
  const size = sizeOf(rollout, hosts.length);
  const parts = [
    { label: "canary", hosts: canaries, size: canaries.length },
    ...byGroup(others, rollout.groups).map((part) => ({ ...part, size })),
  ];
  const { maxFailures, pause, atomic } = rollout;
  return parts.flatMap(({ label, hosts: some, size: most }) =>
    inPieces(some, most).map((piece) => ({
      ...(label !== undefined && { label }),
      hosts: piece.map(({ name }) => name),
      maxFailures,
      pause,
      atomic,
    })),
  );
}

function canariesOf(hosts: readonly Selectable[], { canary }: Rollout): readonly Selectable[] {
  if (typeof canary === "number") return hosts.slice(0, canary);
  return hosts.filter((host) => canary.some((selector) => fits(host, selector)));
}

function sizeOf({ waves }: Rollout, hosts: number): number {
  return typeof waves === "number" ? waves : Math.max(1, Math.ceil((hosts * Number.parseInt(waves, 10)) / 100));
}

function byGroup(
  hosts: readonly Selectable[],
  groups: readonly string[],
): { label?: string; hosts: readonly Selectable[] }[] {
  const groupOf = (host: Selectable) => groups.find((group) => host.groups.includes(group));
  return [
    ...groups.map((group) => ({ label: group, hosts: hosts.filter((host) => groupOf(host) === group) })),
    { hosts: groups.length === 0 ? hosts : hosts.filter((host) => groupOf(host) === undefined) },
  ];
}

function inPieces<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / Math.max(1, size)) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
