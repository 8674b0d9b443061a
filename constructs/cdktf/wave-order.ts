import { dependable, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { planWaves } from "../../lib/model/waves";
import type { Rollout } from "../../lib/model/rollout";
import { createTrigger, type Trigger } from "./trigger";

export interface WaveHost {
  readonly name: string;
  readonly groups: readonly string[];
  readonly resource: TerraformResource;
}

/**
 * Puts the resources of a fleet's hosts into the order of its rollout's waves:
 *
 *     canary ◀── _wave-1 ◀── hosts of wave 2 ◀── _wave-2 ◀── hosts of wave 3
 *
 * Between two waves stands a resource that does nothing: a dependency of each host on each would be as many as there are
 * pairs. Terraform touches nothing that depends, however indirectly, on what has failed.
 */
export class WaveOrder {
  readonly #between: TerraformResource[] = [];
  /** What each resource depends on beside its wave. */
  readonly #others = new Map<TerraformResource, readonly string[]>();

  constructor(
    private readonly scope: Construct,
    private readonly kind: Trigger,
  ) {}

  /** May be called for each synth: hosts, and with them waves, may have come since. */
  order(hosts: readonly WaveHost[], rollout: Rollout | undefined): void {
    if (rollout === undefined) return;
    const resourceOf = new Map(hosts.map(({ name, resource }) => [name, resource]));
    const waves = planWaves(hosts, rollout).map((wave) => wave.hosts.flatMap((name) => resourceOf.get(name) ?? []));
    for (const [index, wave] of waves.entries()) {
      for (const resource of wave) this.#dependOn(resource, index === 0 ? [] : [this.#after(index)]);
      if (index < waves.length - 1) this.#dependOn(this.#after(index + 1), wave);
    }
  }

  /** What the wave of that number, from 0, waits for. */
  #after(wave: number): TerraformResource {
    const existing = this.#between[wave];
    if (existing !== undefined) return existing;
    const made = createTrigger(this.kind, this.scope, `_wave-${wave}`, { triggers: {} });
    this.#between[wave] = made;
    return made;
  }

  #dependOn(resource: TerraformResource, others: readonly TerraformResource[]): void {
    const before = this.#others.get(resource) ?? resource.dependsOn ?? [];
    this.#others.set(resource, before);
    const all = [...before, ...others.map((other) => dependable(other))];
    if (all.length > 0) resource.dependsOn = all;
  }
}
