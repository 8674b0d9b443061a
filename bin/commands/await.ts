import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { findBundles, readManifest } from "../../lib/bundle/read";
import type { Bundle } from "../../lib/bundle/format";
import { hostStatus, type HostStatus } from "../../lib/deploy/status";
import { UserError } from "../../lib/model/user-error";
import { planWaves } from "../../lib/model/waves";
import { action } from "../action";
import { stacksOfApp } from "../app";
import { askHosts, isAnswer } from "../each-host";
import { EXIT } from "../exit";
import { whole, withJson, withOutput, withParallel } from "../options";
import { print, printJson } from "../output";
import { rolloutsOf } from "../rollout";

interface Flags {
  readonly fleet: string;
  readonly wave: number;
  readonly beside?: string;
  readonly within: number;
  readonly out: string;
  readonly parallel: number;
  readonly json?: boolean;
}

/** Seconds between two rounds of questions. */
const PAUSE = 3;

const HELP = `
Example:
  cdkfw await --fleet edge/fleet --wave 1 --within 600

What Terraform calls between two waves of a fleet that is spread over stacks: the hosts themselves tell how far it is.

Exit: 0 they stand, 1 one was rolled back meanwhile, or the time is over`;

export function awaitCommand(): Command {
  const command = withJson(withParallel(withOutput(new Command("await"))))
    .description("wait until the hosts of a rollout's earlier waves stand on what the synth wants of them")
    .requiredOption("--fleet <path>", "the construct path of the fleet")
    .requiredOption("--wave <n>", "the wave that is to begin, from 1", whole(1, 100_000))
    .option("--beside <stack>", "leave the hosts of this stack out: Terraform itself orders them")
    .option("--within <seconds>", "how long to wait", whole(1, 86_400), 1800)
    .addHelpText("after", HELP);
  return action(command, async (flags: Flags) => {
    const hosts = earlierHosts(flags);
    await allStand(hosts, flags);
    const names = hosts.map(({ manifest: { host } }) => host);
    if (flags.json === true) printJson({ wave: flags.wave, hosts: names });
    else print(`wave ${flags.wave} may begin: ${names.length} ${names.length === 1 ? "host stands" : "hosts stand"}`);
    return EXIT.done;
  });
}

/** Those of other stacks whose waves come before. */
function earlierHosts({ fleet, wave, beside, out }: Flags): Bundle[] {
  const stacks = stacksOfApp(out);
  const rollout = rolloutsOf(out, stacks).find((one) => one.fleet === fleet);
  if (rollout === undefined) {
    throw new UserError(
      "no-rollout",
      `no stack in \`${out}\` has a rollout of the fleet \`${fleet}\``,
      "Synthesize again.",
    );
  }
  const order = new Map(rollout.hosts.map((name, index) => [name, index]));
  const bundles = stacks.flatMap((stack) =>
    findBundles(out, [stack])
      .filter((folder) => order.has(basename(folder)))
      .map((folder) => ({ stack, bundle: { folder, texts: {}, manifest: readManifest(folder) } })),
  );
  const place = (name: string): number => order.get(name) ?? 0;
  const selectable = bundles
    .map(({ bundle: { manifest } }) => ({ name: manifest.host, groups: manifest.groups }))
    .sort((a, b) => place(a.name) - place(b.name));
  const earlier = new Set(
    planWaves(selectable, rollout.rollout)
      .slice(0, wave)
      .flatMap(({ hosts }) => hosts),
  );
  return bundles.filter(({ stack, bundle }) => stack !== beside && earlier.has(bundle.manifest.host)).map(({ bundle }) => bundle); // prettier-ignore
}

/**
 * Asks again those that do not stand yet. A host that can not be asked may be about to be deployed to.
 * @throws UserError `rolled-back`, `wave-not-ready`
 */
async function allStand(hosts: readonly Bundle[], { within, parallel, out }: Flags): Promise<void> {
  const end = Date.now() + within * 1000;
  const begun = synthesizedAt(out);
  const firstSeen = new Map<string, string | undefined>();
  for (let waiting = hosts; waiting.length > 0; await sleep(PAUSE * 1000)) {
    const answers = await askHosts(waiting, { parallel }, async (connection, { manifest: { host, generation } }) => {
      const status = await hostStatus(connection);
      const { last } = status;
      if (!firstSeen.has(host)) firstSeen.set(host, last?.time);
      if (wasRefused(status, generation) && (last?.time !== firstSeen.get(host) || isSince(last?.time, begun)))
        throw refused(host);
      return { host, stands: status.state === "committed" && status.generation === generation };
    });
    for (const answer of answers)
      if (!isAnswer(answer) && answer.error.code === "rolled-back") throw refused(answer.host);
    const standing = new Set(answers.filter(isAnswer).flatMap(({ host, stands }) => (stands ? [host] : [])));
    waiting = waiting.filter(({ manifest }) => !standing.has(manifest.host));
    if (waiting.length === 0) return;
    if (Date.now() > end) throw notReady(waiting, within);
  }
}

function wasRefused({ last }: HostStatus, wanted: string): boolean {
  return last !== undefined && last.generation === wanted && last.outcome !== "committed";
}

/** An outcome that was there when we first looked may be of an attempt before this synth, and another one on its way. */
function isSince(time: string | undefined, begun: number): boolean {
  return time !== undefined && Date.parse(time) >= begun;
}

/** cdktf writes it with every synth. */
function synthesizedAt(out: string): number {
  const manifest = join(out, "manifest.json");
  return existsSync(manifest) ? Math.floor(statSync(manifest).mtimeMs / 1000) * 1000 : Infinity;
}

function refused(host: string): UserError {
  return new UserError(
    "rolled-back",
    `\`${host}\`, of an earlier wave, was rolled back`,
    "No host of this wave was touched. Mend the policy or the host, and apply again.",
  );
}

function notReady(waiting: readonly Bundle[], within: number): UserError {
  const names = waiting.slice(0, 5).map(({ manifest }) => `\`${manifest.host}\``);
  const more = waiting.length > 5 ? ` and ${waiting.length - 5} more` : "";
  return new UserError(
    "wave-not-ready",
    `after ${within} s ${names.join(", ")}${more} of earlier waves do not stand on what is wanted`,
    "Are their stacks being applied? Waves hold across stacks that are applied side by side.",
  );
}
