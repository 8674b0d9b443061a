import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostPolicy } from "../../../lib/model/policy";
import { bundleContents } from "../../../lib/synth/synthesize";
import { GATEWAY, policyOf } from "../../fixtures/policy";

/** The second thread is there in the compiled package only, which `npm test` makes first. */
const compiled = join(__dirname, "../../../dist/lib/synth");
const whenCompiled = existsSync(join(compiled, "second-thread.js")) ? it : it.skip;

describe("the bundles of a large fleet", () => {
  let output: string;
  beforeEach(() => (output = mkdtempSync(join(tmpdir(), "synth-"))));
  afterEach(() => rmSync(output, { recursive: true }));

  function synthesize(policies: readonly unknown[]) {
    const script = `const { synthesize } = require(${JSON.stringify(join(compiled, "synthesize.js"))});
      const policies = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      process.stdout.write(JSON.stringify(synthesize(policies, ${JSON.stringify(output)}, "edge")));`;
    const input = JSON.stringify(policies);
    return spawnSync(process.execPath, ["-e", script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  }

  const fleet = Array.from({ length: 250 }, (_, n) => policyOf({ ...GATEWAY, host: `host-${n}` }));

  whenCompiled("are the same by two threads as by one, and told in the order of the hosts", () => {
    const { stdout, stderr } = synthesize(fleet);
    expect(stderr).toBe("");
    const told = JSON.parse(stdout) as { host: string; generation: string; folder: string }[];
    expect(told.map(({ host }) => host)).toEqual(fleet.map(({ host }) => host));
    for (const [index, policy] of fleet.entries()) {
      const { texts, generation } = bundleContents(policy);
      expect(told[index]?.generation).toBe(generation);
      expect(readFileSync(join(told[index]?.folder ?? "", "iptables.v4"), "utf8")).toBe(texts["iptables.v4"]);
    }
  });

  whenCompiled("fail where one of them can not be made, in whichever thread", () => {
    const broken: HostPolicy = { ...policyOf(GATEWAY), services: {} };
    for (const at of [0, 249]) {
      const { status, stderr } = synthesize(fleet.with(at, { ...broken, host: `host-${at}` }));
      expect([status, stderr]).toEqual([1, expect.stringContaining("invariant: service ssh is not in the policy")]);
    }
  });
});
