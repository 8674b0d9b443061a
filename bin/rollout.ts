import { join } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Bundle } from "../lib/bundle/format";
import { stackNames } from "../lib/bundle/read";
import { readStackFile, type FleetRollout } from "../lib/bundle/stack-file";
import { selectHosts, type Selectable } from "../lib/model/host-selection";
import { rollout, type Rollout, type RolloutSettings } from "../lib/model/rollout";
import { oneWave, planWaves, type Wave } from "../lib/model/waves";

export interface RolloutFlags {
  readonly canary?: Rollout["canary"];
  readonly waves?: Rollout["waves"];
  readonly groups?: Rollout["groups"];
  readonly maxFailures?: number;
  readonly pause?: number;
  readonly atomic?: boolean;
  readonly atOnce?: boolean;
}

export function withRollout(command: Command): Command {
  return command
    .addOption(new Option("--canary <hosts>", "a first wave: how many, or which, as a,b").argParser(canary))
    .addOption(new Option("--waves <size>", "hosts of each wave: a number, or a part such as 25%").argParser(waves))
    .addOption(new Option("--groups <names>", "these groups one after the other, as a,b").argParser(list))
    .addOption(new Option("--max-failures <n>", "stop when more hosts than these have failed").argParser(maxFailures))
    .addOption(new Option("--pause <time>", "wait after each wave: 30s, 5m, 1h").argParser(pause))
    .option("--atomic", "confirm no host of a wave before all of it is proven; else all of it goes back")
    .option("--at-once", "all hosts side by side, whatever the program's rollout says");
}

/**
 * The waves of a deployment: flags go before what the program says. Hosts of fleets that say nothing come last.
 * @throws UserError as `selectHosts` where a flag names no host or group
 */
export function wavesOf(
  bundles: readonly Bundle[],
  flags: RolloutFlags,
  output: string,
  stacks: readonly string[] = stackNames(output),
): Wave[] {
  const hosts = bundles.map(({ manifest: { host: name, groups } }) => ({ name, groups }));
  if (flags.atOnce === true) return oneWave(hosts);
  const given = settingsOf(flags);
  const named = [
    ...(Array.isArray(flags.canary) ? flags.canary : []),
    ...(flags.groups ?? []).map((g) => `group:${g}`),
  ];
  selectHosts(hosts, named, "what is to be deployed");
  const says = Object.keys(given).length > 0;
  const planned = rolloutsOf(output, stacks).map(({ hosts: names, rollout: its }) => {
    const order = new Map(names.map((name, index) => [name, index]));
    const some = hosts.filter(({ name }) => order.has(name)).sort((a, b) => place(order, a) - place(order, b));
    return { some, waves: planWaves(some, rollout.parse({ ...its, ...given })) };
  });
  const taken = new Set(planned.flatMap(({ some }) => some));
  const rest = hosts.filter((host) => !taken.has(host));
  return [
    ...planned.flatMap(({ waves: some }) => some),
    ...(says ? planWaves(rest, rollout.parse(given)) : oneWave(rest)),
  ];
}

const place = (order: ReadonlyMap<string, number>, { name }: Selectable): number => order.get(name) ?? 0;

function settingsOf(flags: RolloutFlags): RolloutFlags {
  const names = ["canary", "waves", "groups", "maxFailures", "pause", "atomic"] as const;
  return Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));
}

/** A fleet that is spread over stacks has one rollout: waves hold across its stacks. */
export function rolloutsOf(output: string, stacks: readonly string[]): Omit<FleetRollout, "places">[] {
  const parts = stacks.flatMap((stack) => readStackFile(join(output, "stacks", stack))?.fleets ?? []);
  const byFleet = new Map<string, { rollout: Rollout; hosts: { name: string; place: number }[] }>();
  for (const { fleet, hosts, places, rollout: its } of parts) {
    const whole = byFleet.get(fleet) ?? { rollout: its, hosts: [] };
    byFleet.set(fleet, whole);
    hosts.forEach((name, index) => whole.hosts.push({ name, place: places[index] ?? index }));
  }
  return [...byFleet].map(([fleet, { hosts, rollout: its }]) => ({
    fleet,
    hosts: hosts.sort((a, b) => a.place - b.place).map(({ name }) => name),
    rollout: its,
  }));
}

const list = (text: string): string[] => read("groups", text.split(","));
const canary = (text: string): Rollout["canary"] => read("canary", /^\d+$/.test(text) ? Number(text) : text.split(","));
const waves = (text: string): Rollout["waves"] => read("waves", /^\d+$/.test(text) ? Number(text) : text);
const maxFailures = (text: string): number => read("maxFailures", /^\d+$/.test(text) ? Number(text) : NaN);
const pause = (text: string): number => read("pause", text);

/** Read by the schema of programs, so that both take the same. */
function read<K extends keyof RolloutSettings & keyof Rollout>(name: K, value: unknown): Rollout[K] {
  const result = rollout.shape[name].safeParse(value);
  if (result.success) return result.data as Rollout[K];
  throw new InvalidArgumentError(
    `Allowed: ${[...new Set(result.error.issues.map(({ message }) => message))].join("; ")}.`,
  );
}
