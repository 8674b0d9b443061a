import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostPolicy } from "../../../lib/model/policy";
import { bundleContents } from "../../../lib/synth/synthesize";
import { GATEWAY, policyOf } from "../../fixtures/policy";

/** The second thread is there in the compiled package only, which `npm test` makes first. */
const compiled = join(__dirname, "../../../dist/lib/synth");
const whenCompiled = existsSync(join(compiled, "second-thread-work.js")) ? it : it.skip;

interface Told {
  readonly host: string;
  readonly generation: string;
  readonly folder: string;
}

describe("the bundles of a large fleet", () => {
  let output: string;
  beforeEach(() => (output = mkdtempSync(join(tmpdir(), "synth-"))));
  afterEach(() => rmSync(output, { recursive: true }));

  function run(script: string, policies: readonly unknown[]) {
    const given = `const { synthesize } = require(${JSON.stringify(join(compiled, "synthesize.js"))});
      const output = ${JSON.stringify(output)};
      const policies = JSON.parse(require("node:fs").readFileSync(0, "utf8"));`;
    const input = JSON.stringify(policies);
    return spawnSync(process.execPath, ["-e", given + script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  }

  const synthesize = (policies: readonly unknown[]) =>
    run(`process.stdout.write(JSON.stringify(synthesize(policies, output, "edge")));`, policies);

  const fleet = Array.from({ length: 250 }, (_, n) => policyOf({ ...GATEWAY, host: `host-${n}` }));

  whenCompiled("are the same by two threads as by one, and told in the order of the hosts", () => {
    const { stdout, stderr } = synthesize(fleet);
    expect(stderr).toBe("");
    const told = JSON.parse(stdout) as Told[];
    expect(told.map(({ host }) => host)).toEqual(fleet.map(({ host }) => host));
    for (const [index, policy] of fleet.entries()) {
      const { texts, generation } = bundleContents(policy);
      expect(told[index]?.generation).toBe(generation);
      expect(readFileSync(join(told[index]?.folder ?? "", "iptables.v4"), "utf8")).toBe(texts["iptables.v4"]);
    }
  });

  whenCompiled("are written by one second thread for all stacks, which ends when the program comes to rest", () => {
    const { stdout, stderr } = run(
      `const threads = require("node:worker_threads");
      let [started, ended] = [0, 0];
      threads.Worker = class extends threads.Worker {
        constructor(...given) {
          super(...given).once("exit", () => ended++);
          started++;
        }
      };
      const stacks = [0, 80, 160].map((first) => synthesize(policies.slice(first, first + 80), output, "edge-" + first));
      const resting = setInterval(() => {
        if (ended < started) return;
        clearInterval(resting);
        process.stdout.write(JSON.stringify({ started, stacks }));
      }, 20);`,
      fleet,
    );
    expect(stderr).toBe("");
    const { started, stacks } = JSON.parse(stdout) as { started: number; stacks: Told[][] };
    expect(started).toBe(1);
    const folders = fleet.slice(0, 240).map(({ host }, n) => join(output, `stacks/edge-${n - (n % 80)}/hosts`, host));
    expect(stacks.flat().map(({ folder }) => folder)).toEqual(folders);
  });

  whenCompiled("are written after a stack that failed", () => {
    const broken = fleet.map((policy) => ({ ...policy, services: {} }));
    const { stdout, stderr } = run(
      `const half = policies.length / 2;
      try {
        synthesize(policies.slice(half), output, "broken");
      } catch (error) {
        const hosts = synthesize(policies.slice(0, half), output, "edge").map(({ host }) => host);
        process.stdout.write(JSON.stringify({ message: error.message, hosts }));
      }`,
      [...fleet, ...broken],
    );
    expect(stderr).toBe("");
    const hosts = fleet.map(({ host }) => host);
    expect(JSON.parse(stdout)).toEqual({ message: expect.stringContaining("service ssh is not in") as unknown, hosts });
  });

  whenCompiled("fail where one of them can not be made, in whichever thread", () => {
    const broken: HostPolicy = { ...policyOf(GATEWAY), services: {} };
    for (const at of [0, 249]) {
      const { status, stderr } = synthesize(fleet.with(at, { ...broken, host: `host-${at}` }));
      expect([status, stderr]).toEqual([1, expect.stringContaining("invariant: service ssh is not in the policy")]);
    }
  });
});
