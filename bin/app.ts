import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { Fleet } from "../constructs";
import { stackNames } from "../lib/bundle/read";
import { importMicrofw, type MicrofwOptions } from "../lib/import/microfw/import";
import { nearestName, show } from "../lib/model/findings";
import { readPolicyFile, type PolicyFile } from "../lib/model/parse-policy";
import { UserError } from "../lib/model/user-error";
import { synthesize, type SynthesizedHost } from "../lib/synth/synthesize";

/** Looked for in the working directory, where neither --app nor --policy nor a cdktf.json says what to run. */
const POLICY_FILES = ["firewall.ts", "firewall.js", "firewall.yaml", "firewall.yml", "firewall.json"];

export interface SynthFlags {
  readonly out: string;
  readonly app?: string;
  readonly policy?: string;
}

/**
 * Makes the bundles anew: by the user's app, as `cdktf synth` would run it, or from a policy file. Returns the names of
 * the stacks that were made: the output folder may hold others, of earlier runs.
 */
export async function synth(flags: SynthFlags): Promise<readonly string[]> {
  if (flags.policy !== undefined) return stacksOf(await compilePolicy(flags.policy, flags.out));
  const { app, context } = flags.app === undefined ? readCdktfJson() : { app: flags.app, context: {} };
  if (app !== undefined) {
    runApp(app, flags.out, context);
    return stacksOfApp(flags.out);
  }
  const policy = POLICY_FILES.find((file) => existsSync(file));
  if (policy !== undefined) return stacksOf(await compilePolicy(policy, flags.out));
  throw new UserError(
    "no-app",
    "there is neither a cdktf.json with an `app` here nor a policy file",
    `Write ${POLICY_FILES[0]}, or name one with --policy FILE or --app COMMAND.`,
  );
}

function stacksOf(hosts: readonly SynthesizedHost[]): readonly string[] {
  return [...new Set(hosts.map(({ stack }) => stack))];
}

/** The stacks that cdktf says it made; all that are there where the app is another program. */
export function stacksOfApp(output: string): readonly string[] {
  const file = join(output, "manifest.json");
  if (!existsSync(file)) return stackNames(output);
  return Object.keys((JSON.parse(readFileSync(file, "utf8")) as { stacks: object }).stacks);
}

/** A policy file → bundles. TypeScript and JavaScript export a Fleet; YAML and JSON hold the hosts themselves. */
export async function compilePolicy(file: string, output: string): Promise<SynthesizedHost[]> {
  if (!existsSync(file))
    throw new UserError("no-policy", `\`${file}\` does not exist`, "Name a policy file: .ts, .js, .yaml or .json.");
  switch (extname(file)) {
    case ".yaml":
    case ".yml":
    case ".json":
      return compileDocument(readPolicyFile(readFileSync(file, "utf8"), file), file, output);
    case ".ts":
    case ".mts":
    case ".cts":
    case ".js":
    case ".cjs":
    case ".mjs":
      return compileFleets(await loadFleets(file), file, output);
    default:
      throw new UserError(
        "no-policy",
        `\`${file}\` has an ending that says nothing`,
        "Policy files end in .ts, .js, .yaml or .json.",
      );
  }
}

/** The hosts of a file are one fleet. */
function compileDocument({ policies, rollout }: PolicyFile, file: string, output: string): SynthesizedHost[] {
  const hosts = policies.map(({ host }) => host);
  const fleets = rollout === undefined ? [] : [{ fleet: "policy", hosts, places: [...hosts.keys()], rollout }];
  return synthesize(policies, output, "policy", { source: sourceOf(file), fleets }, today());
}

/** Each fleet is a stack by its id. */
function compileFleets(fleets: readonly Fleet[], file: string, output: string): SynthesizedHost[] {
  const ids = new Set<string>();
  for (const { node } of fleets) {
    if (ids.has(node.id)) {
      throw new UserError(
        "two-fleets",
        `\`${file}\` exports two fleets with the id ${show(node.id)}`,
        "Give one of the two another id: bundles are kept by it.",
      );
    }
    ids.add(node.id);
  }
  return fleets.flatMap((fleet) => {
    const hosts = fleet.hosts.map(({ hostName }) => hostName);
    const { rolloutPlan: rollout } = fleet;
    const rollouts =
      rollout === undefined ? [] : [{ fleet: fleet.node.path, hosts, places: [...hosts.keys()], rollout }];
    return synthesize(
      fleet.policies(),
      output,
      fleet.node.id,
      { source: sourceOf(file), fleets: rollouts },
      fleet.today ?? today(),
    );
  });
}

/** As another run of the same file from the same folder names it. */
function sourceOf(file: string): string {
  return relative(process.cwd(), resolve(file)).replaceAll("\\", "/");
}

/** A MicroFW folder → bundles, of all its nodes or of the one that is named. */
export function compileMicrofw(folder: string, output: string, wanted: MicrofwWishes): SynthesizedHost[] {
  const { policies } = importMicrofw(folder, wanted);
  const { host } = wanted;
  const found = host === undefined ? policies : policies.filter((policy) => policy.host === host);
  if (host !== undefined && found.length === 0) {
    const names = policies.map((policy) => policy.host);
    const near = nearestName(host, names);
    throw new UserError(
      "unknown-host",
      `${show(host)} is no node of ${show(folder)}`,
      near === undefined ? `Known: ${names.slice(0, 20).join(", ")}.` : `Did you mean \`${near}\`?`,
    );
  }
  const { allowLockout } = wanted;
  const whole = found.map((policy) => (allowLockout === true ? { ...policy, review: { allowLockout } } : policy));
  return synthesize(whole, output, "fleet", { source: sourceOf(folder), fleets: [] }, today());
}

export type MicrofwWishes = MicrofwOptions & { readonly host?: string; readonly allowLockout?: true };

async function loadFleets(file: string): Promise<Fleet[]> {
  // Loaded only here: it takes longer than all else that the command does at its start.
  const tsx = await import("tsx/cjs/api");
  process.setSourceMapsEnabled(true);
  const unregister = tsx.register();
  let exported: unknown;
  try {
    exported = tsx.require(resolve(file), __filename);
  } finally {
    void unregister();
  }
  const values = typeof exported === "object" && exported !== null ? Object.values(exported) : [];
  const fleets = new Set(
    values
      .flatMap((value) => [value, (value as { default?: unknown } | null)?.default])
      .filter((v) => Fleet.isFleet(v)),
  );
  if (fleets.size > 0) return [...fleets];
  throw new UserError("no-fleet", `\`${file}\` exports no Fleet`, "Write `export default fleet;` at its end.");
}

/** The day in UTC: the one place where a synth asks a clock. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function readCdktfJson(): { app?: string; context: unknown } {
  if (!existsSync("cdktf.json")) return { context: {} };
  let parsed: { app?: unknown; context?: unknown };
  try {
    parsed = JSON.parse(readFileSync("cdktf.json", "utf8")) as typeof parsed;
  } catch (error) {
    throw new UserError("cdktf-json", `\`cdktf.json\` is no JSON: ${(error as Error).message}`);
  }
  return { ...(typeof parsed.app === "string" && { app: parsed.app }), context: parsed.context ?? {} };
}

/** As cdktf does it: by a shell, which `app` is written for, with the output folder and the context in the environment. */
function runApp(app: string, output: string, context: unknown): void {
  const given = { "cdkfw:today": today(), ...(context as object) };
  const env = { ...process.env, CDKTF_OUTDIR: resolve(output), CDKTF_CONTEXT_JSON: JSON.stringify(given) };
  const { status, signal, error } = spawnSync("/bin/sh", ["-c", app], { env, stdio: ["ignore", "inherit", "inherit"] });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new UserError(
      "app-failed",
      `the app \`${app}\` ended ${signal === null ? `with ${status ?? "?"}` : `by ${signal}`}`,
      "Its own words stand above.",
    );
  }
}
