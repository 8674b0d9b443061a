import type { LabHost } from "../../lib/sandbox";
import { forget, plan, trace, type Role, type Step } from "./hook";
import { prepare, quiet, SCENARIOS, type Loader, type ScenarioName } from "./scenarios";

/** How many commands each program of the runtime runs in each scenario where nothing goes wrong. */
export type Survey = Readonly<Record<ScenarioName, Readonly<Partial<Record<Role, number>>>>>;

/** Runs every scenario once without a fault. */
export async function survey(host: LabHost, loader: Loader): Promise<{ survey: Survey; steps: readonly Step[] }> {
  const found: Partial<Record<ScenarioName, Partial<Record<Role, number>>>> = {};
  const all: Step[] = [];
  for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
    await prepare(host, loader, SCENARIOS[name]);
    await plan(host, undefined, "");
    await SCENARIOS[name].drive(host, loader);
    await host.waitForSsh();
    await quiet(host, 30);
    const steps = trace(host);
    all.push(...steps);
    const counts: Partial<Record<Role, number>> = {};
    for (const { role, command } of steps) counts[role] = Math.max(counts[role] ?? 0, command);
    found[name] = counts;
    await forget(host);
  }
  return { survey: found as Survey, steps: all };
}
