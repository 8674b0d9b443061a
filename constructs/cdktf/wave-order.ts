import { dependable, type LocalExecProvisioner, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { planWaves } from "../../lib/model/waves";
import type { Rollout } from "../../lib/model/rollout";
import { createTrigger, type Trigger } from "./trigger";

export interface WaveHost {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a stack alone does not know of a wave: when the hosts of earlier ones in other stacks stand. */
export interface AcrossStacks {
  /** Changes where one of these hosts is to be deployed to. */
  readonly changes: (hosts: readonly string[]) => string;
  /** Waits for the hosts of other stacks in waves before that one. */
  readonly await: (wave: number) => LocalExecProvisioner;
}

/**
 * Puts the resources of a fleet's hosts into the order of its rollout's waves:
 *
 *     canary ◀── _wave-1 ◀── hosts of wave 2 ◀── _wave-2 ◀── hosts of wave 3
 *
 * Between two waves stands a resource that does nothing: a dependency of each host on each would be as many as there are
 * pairs. Terraform touches nothing that depends, however indirectly, on what has failed. Where the fleet is spread over
 * stacks, it waits until the hosts of other stacks stand, too: stacks can only depend on each other as a whole.
 */
export class WaveOrder {
  readonly #between = new Map<number, TerraformResource>();
  /** What each resource depends on beside its wave. */
  readonly #others = new Map<TerraformResource, readonly string[]>();

  constructor(
    private readonly scope: Construct,
    private readonly kind: Trigger,
    private readonly across: AcrossStacks,
  ) {}

  /**
   * May be called for each synth: hosts, and with them waves, may have come since.
   * @param fleet all hosts, of whatever stack
   * @param own the resources of those in this one
   */
  order(fleet: readonly WaveHost[], own: ReadonlyMap<string, TerraformResource>, rollout: Rollout | undefined): void {
    if (rollout === undefined) return;
    const isSpread = fleet.some(({ name }) => !own.has(name));
    let before: readonly TerraformResource[] = [];
    for (const [index, { hosts }] of planWaves(fleet, rollout).entries()) {
      const ours = hosts.filter((name) => own.has(name));
      const wave = ours.flatMap((name) => own.get(name) ?? []);
      if (wave.length === 0) continue;
      const after = index === 0 ? [] : [this.#after(index, isSpread ? ours : undefined)];
      for (const between of after) this.#dependOn(between, before);
      for (const resource of wave) this.#dependOn(resource, after);
      before = wave;
    }
  }

  /** What the wave of that number, from 0, waits for. @param hosts of the wave, where the fleet is spread */
  #after(wave: number, hosts: readonly string[] | undefined): TerraformResource {
    const existing = this.#between.get(wave);
    if (existing !== undefined) return existing;
    const config =
      hosts === undefined
        ? { triggers: {} }
        : { triggers: { hosts: this.across.changes(hosts) }, provisioner: this.across.await(wave) };
    const made = createTrigger(this.kind, this.scope, `_wave-${wave}`, config);
    this.#between.set(wave, made);
    return made;
  }

  #dependOn(resource: TerraformResource, others: readonly TerraformResource[]): void {
    const before = this.#others.get(resource) ?? resource.dependsOn ?? [];
    this.#others.set(resource, before);
    const all = [...before, ...others.map((other) => dependable(other))];
    if (all.length > 0) resource.dependsOn = all;
  }
}
