import { setTimeout as pause } from "node:timers/promises";
import type { Outcome } from "../../lib/deploy/outcome";
import type { Lab, LabHost } from "../../lib/sandbox";
import { SEAT_IMAGE } from "../../lib/sandbox/places";
import { mustRun } from "../../lib/sandbox/process";
import { deploy, history, pendingGone, statusOf } from "../fixtures/deployment";

/** A deployment over a bad line, and what the two sides say of it afterwards. */
export interface Crossing {
  readonly outcome: Outcome;
  /** What is wrong; nothing where both sides agree. */
  readonly trouble: string | undefined;
}

const WINDOW_SECONDS = 20;

/**
 * Deployments while a part of all packets is lost, in both directions, and the line stalls now and then for up to
 * 1.5 s. (Kernels without netem can not delay packets; what is lost comes later by TCP's own doing.)
 */
export async function deployOverBadLine(
  lab: Lab,
  count: number,
  percent: number,
  random: () => number,
  tell: (crossing: Crossing, index: number) => void = () => undefined,
): Promise<Crossing[]> {
  const done: Crossing[] = [];
  let begun = 0;
  await Promise.all(
    lab.hosts.map(async (host) => {
      await deploy(host, { backend: "nftables", web: 1000 }, { windowSeconds: 30 });
      while (begun < count) {
        const web = 2000 + begun++;
        const crossing = await cross(host, web, percent, random);
        tell(crossing, done.push(crossing) - 1);
      }
    }),
  );
  return done;
}

async function cross(host: LabHost, web: number, percent: number, random: () => number): Promise<Crossing> {
  const before = (await statusOf(host)).generation;
  await lose(host, percent);
  const line = { bad: true };
  const stalls = stall(host, line, random);
  const connection = { configFile: null, keepaliveSeconds: 3 };
  const outcome = await deploy(host, { backend: "nftables", web }, { windowSeconds: WINDOW_SECONDS, connection });
  line.bad = false;
  await stalls;
  await lose(host, 0);
  await pendingGone(host, 60);
  const { generation, intact } = await statusOf(host);
  const kept = generation === outcome.generation;
  const last = (await history(host)).at(-1);
  const agreed =
    intact === true &&
    (outcome.outcome === "committed"
      ? kept && last === "committed"
      : (outcome.outcome === "rolled-back" || outcome.outcome === "failed") && generation === before);
  const words = `told ${outcome.outcome} (${outcome.error?.message ?? ""}), ${kept ? "new" : "old"} stands, history says ${last ?? "nothing"}`;
  return { outcome, trouble: agreed ? undefined : words };
}

/** Loses this part of all packets of the management side, in both directions; 0 mends it. */
async function lose(host: LabHost, percent: number): Promise<void> {
  const port = host.cables[0]?.port ?? "";
  const table = `loss_${port.replaceAll("-", "_")}`;
  const chain = (hook: string): string => `chain ${hook} {
    type filter hook ${hook} device ${port} priority 1
    numgen random mod 100 < ${percent} drop
  }\n`;
  const rules = percent === 0 ? "" : `table netdev ${table} {\n${chain("ingress")}${chain("egress")}}\n`;
  const input = `table netdev ${table}\ndelete table netdev ${table}\n${rules}`;
  await mustRun(["chroot", SEAT_IMAGE, "nft", "-f", "-"], { input });
}

async function stall(host: LabHost, line: { readonly bad: boolean }, random: () => number): Promise<void> {
  while (line.bad) {
    await pause(500 + 3000 * random());
    if (!line.bad) return;
    await host.cut("both");
    await pause(1500 * random());
    await host.mend();
  }
}
