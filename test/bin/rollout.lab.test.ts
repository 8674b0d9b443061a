import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RolloutSettings } from "../../lib/model/rollout";
import { rollout } from "../../lib/model/rollout";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import {
  cdkfw,
  eventually,
  labPolicy,
  startCdkfw,
  statusOf,
  teardown,
  type PolicyWishes,
} from "../fixtures/deployment";

let lab: Lab;
const out = mkdtempSync(join(tmpdir(), "rollout-"));
const NAMES = ["h1", "h2", "h3", "h4"];
const LOCKS_OUT: PolicyWishes = { ssh: "reject" };

beforeAll(async () => {
  lab = await Lab.start({ hosts: NAMES.length });
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab?.stop();
});
beforeEach(async () => {
  await Promise.all(lab.hosts.map(teardown));
});

/** The bundles, as a program with `fleet.rollout(settings)` makes them. */
function synth(settings: RolloutSettings | undefined, wishes: Readonly<Record<string, PolicyWishes>> = {}): void {
  const policies = lab.hosts.map((host) => labPolicy(host, wishes[host.name]));
  const fleets =
    settings === undefined
      ? []
      : [{ fleet: "edge/fleet", hosts: NAMES, places: [...NAMES.keys()], rollout: rollout.parse(settings) }];
  synthesize(policies, out, "edge", { fleets });
}

const ARGS = ["deploy", "--no-synth", "--out", out, "--confirm-timeout", "8", "--json"];

async function deploy(...flags: string[]) {
  const { code, stdout } = await cdkfw([...ARGS, ...flags]);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ended = events.filter(({ event }) => event === "host");
  const waves = events.filter(({ event }) => event === "wave").map(({ hosts }) => (hosts as string[]).join(" "));
  const outcomes = Object.fromEntries(ended.map(({ host, outcome }) => [host, outcome]));
  const errors = Object.fromEntries(
    ended.map(({ host, error }) => [host, (error as { code?: string } | undefined)?.code]),
  );
  return { code, events, waves, outcomes, errors };
}

const states = async (): Promise<string[]> => (await Promise.all(lab.hosts.map(statusOf))).map(({ state }) => state);
const begun = (events: readonly Record<string, unknown>[]): unknown[] =>
  events.filter(({ event, step }) => event === "step" && step === "connect").map(({ host }) => host);

test("waves follow one another, each when the one before is confirmed", async () => {
  synth({ canary: 1, waves: 2 });
  const { code, waves, events } = await deploy();
  expect(code).toBe(0);
  expect(waves).toEqual(["h1", "h2 h3", "h4"]);
  const order = events.flatMap(({ event, host, step }) =>
    event === "host" || step === "connect" ? [`${String(event)} ${String(host)}`] : [],
  );
  expect(order.indexOf("step h2")).toBeGreaterThan(order.indexOf("host h1"));
  expect(order.indexOf("step h4")).toBeGreaterThan(Math.max(order.indexOf("host h2"), order.indexOf("host h3")));
  expect(await states()).toEqual(Array(4).fill("committed"));
});

test("a canary that fails: no other host is touched; mended, the rollout goes on", async () => {
  synth({ canary: 1 }, { h1: LOCKS_OUT });
  const failed = await deploy();
  expect(failed).toMatchObject({
    code: 3,
    outcomes: { h1: "rolled-back", h2: "not-begun", h3: "not-begun", h4: "not-begun" },
  });
  expect(new Set(begun(failed.events))).toEqual(new Set(["h1"]));
  expect(await states()).toEqual(Array(4).fill("none"));
  for (const host of lab.hosts.slice(1)) expect((await host.exec("ls /var/lib/cdkfw/generations")).stdout).toBe("");

  synth({ canary: 1 });
  expect(await deploy()).toMatchObject({ code: 0, outcomes: { h1: "committed", h4: "committed" } });
  synth({ canary: 1 }, { h4: { web: 81 } });
  expect(await deploy()).toMatchObject({ code: 0, outcomes: { h1: "unchanged", h2: "unchanged", h4: "committed" } });
});

test("one host of a wave is unreachable: as many failures as are allowed go on, one more stops", async () => {
  synth({ waves: 2, maxFailures: 1 });
  await lab.host("h2").cut("both");
  try {
    expect(await deploy()).toMatchObject({
      code: 1,
      outcomes: { h1: "committed", h2: "failed", h3: "committed", h4: "committed" },
    });
    synth({ waves: 2 }, { h3: { web: 81 }, h4: { web: 81 } });
    expect(await deploy()).toMatchObject({
      code: 1,
      outcomes: { h1: "unchanged", h2: "failed", h3: "not-begun", h4: "not-begun" },
    });
    // Without a rollout, and with --at-once, a failure stops nobody.
    expect(await deploy("--at-once")).toMatchObject({
      code: 1,
      outcomes: { h2: "failed", h3: "committed", h4: "committed" },
    });
  } finally {
    await lab.host("h2").mend();
  }
});

test("an atomic wave: one is refused, and the proven ones go back as well", async () => {
  synth({ canary: ["h1"], atomic: true }, { h3: LOCKS_OUT });
  const { code, outcomes, errors } = await deploy();
  expect(code).toBe(3);
  expect(outcomes).toEqual({ h1: "committed", h2: "rolled-back", h3: "rolled-back", h4: "rolled-back" });
  expect(errors).toEqual({ h1: undefined, h2: "wave-failed", h3: "not-proven", h4: "wave-failed" });
  expect(await states()).toEqual(["committed", "none", "none", "none"]);
});

test("an atomic wave whose hosts are all proven: all are confirmed, with fewer places than hosts", async () => {
  synth({ atomic: true });
  const { code, events } = await deploy("--parallel", "2");
  expect(code).toBe(0);
  const steps = events.flatMap(({ event, step }) => (event === "proven" || step === "confirm" ? [step ?? event] : []));
  expect(steps).toEqual([...Array<string>(4).fill("proven"), ...Array<string>(4).fill("confirm")]);
  expect(await states()).toEqual(Array(4).fill("committed"));
});

test("flags go before what the program says", async () => {
  synth({ canary: 1, waves: 1 });
  expect((await deploy("--canary", "h3,h4", "--waves", "100%")).waves).toEqual(["h3 h4", "h1 h2"]);
  expect(await cdkfw([...ARGS, "--groups", "db"])).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/"unknown-group"/) as string,
  });
  synth(undefined);
  expect((await deploy("--waves", "3", "!h1")).waves).toEqual(["h2 h3 h4"]);
  expect((await deploy("--waves", "50%", "h1", "h2")).waves).toEqual(["h1", "h2"]);
});

test("an interruption: who is at work comes to an end, nobody else is begun; again, it goes on", async () => {
  synth({ canary: 1, pause: "10m" });
  const child = startCdkfw([...ARGS, "--waves", "1"]);
  let stdout = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  const ended = new Promise<number | null>((done) => child.on("close", done));
  await eventually("the pause after the canary", 30, () => Promise.resolve(stdout.includes('"event":"pause"')));
  child.kill("SIGINT");
  expect(await ended).toBe(1);
  expect(stdout).toMatch(/"event":"stop","why":\{"kind":"interrupted"\}/);
  expect(await states()).toEqual(["committed", "none", "none", "none"]);
  expect(await deploy("--pause", "0s")).toMatchObject({
    code: 0,
    outcomes: { h1: "unchanged", h2: "committed", h4: "committed" },
  });
});
