import type { Outcome } from "../../lib/deploy/outcome";
import type { Lab, LabHost } from "../../lib/sandbox";
import { bundleOf, deploy, history, labPolicy, startCdkfw, statusOf, teardown } from "../fixtures/deployment";
import { mustExec } from "../fixtures/sshd";
import { compareLines, disagreement, examine, FOREIGN, foreignOf, rulesOf, type Known, type Stands } from "./examine";
import { outsideModel } from "./conforms";
import { bringBack, FAULTS, type Fault, type FaultName } from "./faults";
import { forget, hasFired, plan, trace, whenReached, type Point, type Step } from "./hook";
import { prepare, quiet, SCENARIOS, wishesFor, type Loader, type Scenario, type ScenarioName } from "./scenarios";
import { NEW_PORT, OLD_PORT, type Watch } from "./watch";

export interface Injection {
  readonly scenario: ScenarioName;
  readonly fault: FaultName;
  readonly point: Point;
}

export type Trouble = "open" | "locked out" | "half" | "disagreement" | "stuck" | "foreign rules" | "outside the model";

export interface Verdict {
  /** Whether the point was reached at all. */
  readonly fired: boolean;
  readonly told: Outcome["outcome"] | undefined;
  readonly stands: Stands;
  readonly troubles: readonly { readonly kind: Trouble; readonly words: string }[];
  readonly steps: readonly Step[];
}

/** A host on which faults are made, and what its two rulesets look like. */
export interface Patient {
  readonly host: LabHost;
  readonly loader: Loader;
  readonly known: Known;
}

/** Seconds that the host may take, after all that was wrong has come right, to have ended the change by itself. */
const HEALING_SECONDS = 90;

export async function meet(host: LabHost, loader: Loader): Promise<Patient> {
  const texts: string[] = [];
  for (const web of [NEW_PORT, OLD_PORT]) {
    const { outcome, error } = await deploy(host, wishesFor(loader, web), { windowSeconds: 30 });
    if (outcome !== "committed") throw new Error(`${host.name}: ${outcome} ${error?.message ?? ""}`);
    texts.push(await rulesOf(host));
  }
  return { host, loader, known: { new: texts[0] ?? "", old: texts[1] ?? "" } };
}

/** One fault at one point of one scenario, and what has become of the host. */
export async function inject(
  lab: Lab,
  { host, loader, known }: Patient,
  injection: Injection,
  watch: Watch,
  guarded: Set<LabHost>,
): Promise<Verdict> {
  const fault: Fault = FAULTS[injection.fault];
  const scenario: Scenario = SCENARIOS[injection.scenario];
  await prepare(host, loader, scenario);
  await mustExec(host, FOREIGN);
  if (fault.before !== undefined) await mustExec(host, fault.before);
  const foreign = await foreignOf(host);
  const { generation } = await statusOf(host);
  const lines = (await history(host)).length;
  await plan(host, injection.point, fault.deed);
  const mayOpen = fault.flushes === true || scenario.before === "nothing" || injection.scenario === "teardown";
  if (!mayOpen) guarded.add(host);

  const troubles: { kind: Trouble; words: string }[] = [];
  let told: Outcome["outcome"] | undefined;
  let stands: Stands = "half";
  let steps: Step[] = [];
  let fired = false;
  try {
    told = await underFault(host, loader, scenario, fault);
    steps = trace(host);
    // It has no teardown.
    const odd = injection.scenario === "teardown" ? [] : outsideModel(steps, generation ?? "none");
    for (const words of odd) troubles.push({ kind: "outside the model", words });
    await fault.heal?.(host);
    await host.waitForSsh();
    await quiet(host, HEALING_SECONDS);
    // Who is told of an error says it again.
    if (injection.scenario === "teardown" && (await statusOf(host)).generation === null) await teardown(host);
    guarded.delete(host);
    for (const words of watch.take(host)) troubles.push({ kind: "open", words });
    fired = hasFired(host);
    await forget(host);
    await bringBack(host, fault);
    const examined = await examine(lab, host, known);
    ({ stands } = examined);
    const flushed = fault.flushes === true && examined.status.intact !== true;
    if (!flushed) for (const words of examined.faults) troubles.push({ kind: "half", words });
    if (flushed && told === undefined && examined.status.state === "pending") troubles.push({ kind: "stuck", words: "pending" }); // prettier-ignore
    const differ = flushed
      ? undefined
      : disagreement(told, stands, scenario.before, (await history(host)).slice(lines));
    if (differ !== undefined)
      troubles.push({
        kind: "disagreement",
        words: `${differ}\n${await host.readFile("/var/lib/cdkfw/history").then((text) => text.trim().split("\n").slice(-3).join("\n"))}`,
      });
    const restarted = injection.scenario === "boot" || fault.restarts === true;
    const left = restarted || fault.flushes === true ? foreign : await foreignOf(host);
    if (left !== foreign) troubles.push({ kind: "foreign rules", words: compareLines(foreign, left) });
  } catch (error) {
    troubles.push({ kind: "locked out", words: error instanceof Error ? error.message : String(error) });
  }
  guarded.delete(host);
  const next = await nextDeployment(host, loader);
  if (next !== undefined) troubles.push({ kind: "stuck", words: next });
  return { fired, told, stands, troubles, steps };
}

async function underFault(
  host: LabHost,
  loader: Loader,
  scenario: Scenario,
  fault: Fault,
): Promise<Outcome["outcome"] | undefined> {
  let over = false;
  const child = fault.deployerDies === true ? startDeployer(host, loader) : undefined;
  const { outside = async () => void child?.kill("SIGKILL") } = fault;
  const needsOutside = fault.outside !== undefined || fault.deployerDies === true;
  const helped = needsOutside ? whenReached(host, () => over, () => outside(host)) : Promise.resolve(false); // prettier-ignore
  const driven = child === undefined ? scenario.drive(host, loader) : exit(child).then(() => undefined);
  const outcome = await driven.finally(() => (over = true));
  await helped;
  return outcome?.outcome;
}

function startDeployer(host: LabHost, loader: Loader): ReturnType<typeof startCdkfw> {
  const { folder } = bundleOf(labPolicy(host, wishesFor(loader, NEW_PORT)));
  return startCdkfw(["apply", "--bundle", folder, "--confirm-timeout", "5"]);
}

const exit = (child: ReturnType<typeof startCdkfw>): Promise<void> =>
  new Promise((done) => child.on("close", () => done()));

/** It must work without anybody's help. */
async function nextDeployment(host: LabHost, loader: Loader): Promise<string | undefined> {
  try {
    const { outcome, error } = await deploy(host, wishesFor(loader, OLD_PORT), { windowSeconds: 30 });
    if (outcome === "committed" || outcome === "unchanged") return undefined;
    return `the next deployment ended as ${outcome}: ${error?.message ?? ""}`;
  } catch (error) {
    return `the next deployment threw ${String(error)}`;
  }
}
