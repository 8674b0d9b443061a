import type { Lab, LabHost } from "../../lib/sandbox";
import { mustExec } from "../fixtures/sshd";
import { FAULTS, happensTo, type Fault, type FaultName } from "./faults";
import { installHook, type Role } from "./hook";
import { inject, meet, type Injection, type Patient, type Verdict } from "./inject";
import { randomNumbers } from "./random";
import { SCENARIOS, type Loader, type Scenario, type ScenarioName } from "./scenarios";
import { survey, type Survey } from "./survey";
import { listen, Watch } from "./watch";

export interface Done {
  readonly injection: Injection;
  readonly loader: Loader;
  readonly verdict: Verdict;
}

export interface Wishes {
  /** How many faults. */
  readonly count: number;
  /** The same number gives the same faults at the same points. */
  readonly seed: number;
  /** Only what has this in its name: `nftables change killShell apply`. */
  readonly only?: string;
}

const LOADERS: readonly Loader[] = ["nftables", "iptables-nft", "iptables-legacy"];

/** Makes faults on all hosts of a lab at the same time. */
export async function campaign(
  lab: Lab,
  { count, seed, only }: Wishes,
  tell: (done: Done, index: number) => void = () => undefined,
): Promise<Done[]> {
  const guarded = new Set<LabHost>();
  const watch = new Watch(lab, guarded);
  const patients = await Promise.all(lab.hosts.map((host, index) => admit(host, LOADERS[index % LOADERS.length] ?? "nftables"))); // prettier-ignore
  const surveys = new Map<Loader, Survey>();
  await Promise.all(patients.slice(0, LOADERS.length).map(async ({ host, loader }) => surveys.set(loader, (await survey(host, loader)).survey))); // prettier-ignore
  const queues = new Map(LOADERS.map((loader) => [loader, kinds(loader, surveys.get(loader), only)]));
  const random = randomNumbers(seed);
  const done: Done[] = [];
  let begun = 0;
  watch.start();
  const work = patients.map(async (patient) => {
    const { loader } = patient;
    while (begun < count) {
      begun++;
      const injection = next(queues.get(loader) ?? [], random);
      if (injection === undefined) return;
      const verdict = await inject(lab, patient, injection, watch, guarded);
      const one = { injection, loader, verdict };
      // What ended before its point was reached is no injection.
      if (!verdict.fired) begun--;
      tell(one, done.push(one) - 1);
    }
  });
  try {
    await Promise.all(work);
  } finally {
    // A host that can not be mended ends all of it, once the others are done with their faults.
    begun = count;
    await Promise.allSettled(work);
    await watch.stop();
  }
  return done;
}

async function admit(host: LabHost, loader: Loader): Promise<Patient> {
  if (loader === "iptables-legacy") {
    await mustExec(host, "cd /usr/sbin && for t in iptables ip6tables; do for s in '' -save -restore; do ln -sf /usr/sbin/$t-legacy$s /etc/alternatives/$t$s; done; done"); // prettier-ignore
  }
  await listen(host);
  await installHook(host);
  return meet(host, loader);
}

/** A fault in a program of a scenario; its points are chosen among the program's commands. */
interface Kind {
  readonly scenario: ScenarioName;
  readonly fault: FaultName;
  readonly role: Role;
  readonly commands: number;
  times: number;
}

function kinds(loader: Loader, surveyed: Survey | undefined, only = ""): Kind[] {
  return (Object.keys(SCENARIOS) as ScenarioName[]).flatMap((scenario) =>
    (Object.keys(FAULTS) as FaultName[]).flatMap((fault) => {
      if (!happensTo(FAULTS[fault], scenario, loader)) return [];
      const { roles }: Scenario = SCENARIOS[scenario];
      return roles.flatMap((role): Kind[] => {
        const commands = surveyed?.[scenario][role] ?? 0;
        const name = `${loader} ${scenario} ${fault} ${role}`;
        if (commands === 0 || !only.split(" ").every((word) => name.includes(word))) return [];
        return suits(FAULTS[fault], role) ? [{ scenario, fault, role, commands, times: 0 }] : [];
      });
    }),
  );
}

/** Who waits for something from outside must be there when the deployer is, and a boot has no network. */
function suits(fault: Fault, role: Role): boolean {
  if (role === "boot") return fault.outside === undefined;
  return role !== "timer" || fault.outside === undefined;
}

/** A fault that had the fewest turns, where it had the fewest; among these, and for its point, by chance. */
function next(queue: readonly Kind[], random: () => number): Injection | undefined {
  const turns = new Map<FaultName, number>();
  for (const { fault, times } of queue) turns.set(fault, (turns.get(fault) ?? 0) + times);
  const least = fewest(fewest(queue, ({ fault }) => turns.get(fault) ?? 0), ({ times }) => times); // prettier-ignore
  const kind = least[Math.floor(random() * least.length)];
  if (kind === undefined) return undefined;
  kind.times++;
  const { scenario, fault, role, commands } = kind;
  return { scenario, fault, point: { role, command: 1 + Math.floor(random() * commands) } };
}

function fewest(kinds: readonly Kind[], turns: (kind: Kind) => number): Kind[] {
  const least = Math.min(...kinds.map(turns));
  return kinds.filter((kind) => turns(kind) === least);
}
