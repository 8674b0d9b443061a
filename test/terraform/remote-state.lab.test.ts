import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { FleetStacks } from "cdkfw/cdktf";
import { App } from "cdktf";
import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { describeWith, type Needed } from "./needed";
import { fleetOfLab, outputFolder, web, webAndNtp, type Rules } from "./project";
import { POSTGRESQL, startPostgresql } from "./state/postgresql";
import { MOTO, startMoto } from "./state/s3";
import type { Access, StateStore } from "./state/store";
import { describeWithTerraform, Terraform } from "./terraform";

interface Facts {
  readonly server: Needed;
  readonly start: () => Promise<StateStore>;
  /** What the first apply of one stack means for all others, until it ends. */
  readonly firstApply: { readonly code: number; readonly says: string };
  /** Terraform's words when somebody else has the lock. */
  readonly refusal: string;
  /** What becomes of the lock of a runner that dies. */
  readonly lockOfTheDead: "gone" | "stays";
}

const STORES: Readonly<Record<string, Facts>> = {
  PostgreSQL: {
    server: POSTGRESQL,
    start: startPostgresql,
    firstApply: { code: 1, says: "Already locked for workspace creation" },
    refusal: "Workspace is already locked: default",
    lockOfTheDead: "gone",
  },
  "S3, imitated by Moto": {
    server: MOTO,
    start: startMoto,
    firstApply: { code: 2, says: "Plan: 1 to add" },
    refusal: "api error PreconditionFailed",
    lockOfTheDead: "stays",
  },
};

/** For some milliseconds a stack's lock in PostgreSQL stands in the way of every other stack's. */
const waits = "-lock-timeout=60s";

/** A folder of its own, with the program's output and what Terraform keeps beside it. */
class Runner {
  readonly folder = outputFolder();
  constructor(
    readonly lab: Lab,
    readonly access: Access,
  ) {}

  /** Two hosts a stack. */
  synth(rules: Readonly<Record<string, Rules>>): void {
    const app = new App({ outdir: this.folder });
    new FleetStacks(app, "edge", {
      fleet: fleetOfLab(app, this.lab, rules),
      size: 2,
      file: join(this.folder, "edge.stacks.json"),
      frozen: false,
      trigger: "terraform_data",
      prepare: this.access.prepare,
    });
    app.synth();
  }

  terraform(number: number): Terraform {
    return new Terraform(join(this.folder, "stacks", `edge-${number}`), this.access.env);
  }
}

for (const [name, { server, start, firstApply, refusal, lockOfTheDead }] of Object.entries(STORES)) {
  const suite = () => {
    let lab: Lab;
    let store: StateStore;
    let one: Runner;
    let other: Runner;

    beforeAll(async () => {
      [lab, store] = await Promise.all([Lab.start({ hosts: 3 }), start()]);
      [one, other] = [new Runner(lab, store.accesses[0]), new Runner(lab, store.accesses[1])];
    });
    afterAll(async () => {
      for (const { folder } of [one, other]) rmSync(folder, { recursive: true, force: true });
      await Promise.all([lab.stop(), store.stop()]);
    });

    const both = [1, 2] as const;
    const before = { h1: web, h2: web, h3: web };
    const after = { h1: web, h2: webAndNtp, h3: web };

    test("before a stack has a state, its apply means this for the others", async () => {
      one.synth(before);
      for (const number of both) await one.terraform(number).init();
      const first = one.terraform(1).start(["apply", "-no-color"]);
      await first.said("Enter a value:");
      const { code, output } = await one.terraform(2).plan();
      expect(code).toBe(firstApply.code);
      expect(output).toContain(firstApply.says);
      first.answer("no");
      expect((await first.end).output).toContain("Apply cancelled.");
    });

    test("with the states made, the stacks are applied side by side", async () => {
      for (const number of both) expect((await one.terraform(number).apply("-refresh-only")).code).toBe(0);
      const results = await Promise.all(both.map((number) => one.terraform(number).apply(waits)));
      expect(results.map(({ code, output }) => (code === 0 ? "" : output))).toEqual(["", ""]);
      expect(await Promise.all(lab.hosts.map(ourRules))).not.toContain("");
    });

    test("each stack has a state of its own there, and none here", async () => {
      const states = Object.entries(await store.states());
      const hosts = states.map(([stack, text]) => [stack, [...new Set(text.match(/\bh\d\b/g))].sort()]);
      expect(hosts).toEqual([
        ["edge-1", ["h1", "h2"]],
        ["edge-2", ["h3"]],
      ]);
      const local = both.map((number) => join(one.folder, "stacks", `edge-${number}`, "terraform.tfstate"));
      expect(local.filter((path) => existsSync(path))).toEqual([]);
    });

    test("another runner, in a folder without a state, finds nothing to do", async () => {
      other.synth(before);
      for (const number of both) await other.terraform(number).init();
      const plans = await Promise.all(both.map((number) => other.terraform(number).plan(waits)));
      expect(plans.map(({ code }) => code)).toEqual([0, 0]);
      expect(plans[0]?.output).toContain("No changes.");
    });

    test("a plan after a change is of the changed host alone", async () => {
      other.synth(after);
      const { code, output } = await other.terraform(1).plan();
      expect(code).toBe(2);
      expect(output.match(/# terraform_data\.\w+/g)).toEqual([expect.stringContaining("deploy_h2_")]);
      expect(output).toMatch(/^ +\+ accept {6}ntp {2}ext → host {2}# clocks$/m);
      expect((await other.terraform(2).plan()).code).toBe(0);
    });

    test("while one looks at its plan, another is refused, or waits if told so; then there is nothing left to do", async () => {
      one.synth(after);
      const first = one.terraform(1).start(["apply", "-no-color"]);
      await first.said("Enter a value:");
      const refused = await other.terraform(1).apply();
      expect(refused.code).toBe(1);
      expect(refused.output).toContain("Error acquiring the state lock");
      expect(refused.output.replace(/\s+/g, " ")).toContain(refusal);
      expect((await other.terraform(2).plan()).code).toBe(0);

      const waiting = other.terraform(1).start(["apply", "-auto-approve", "-no-color", waits]);
      await waiting.said("Acquiring state lock. This may take a few moments...");
      first.answer("yes");
      expect((await first.end).output).toContain("1 added, 0 changed, 1 destroyed");
      const { code, output } = await waiting.end;
      expect(code).toBe(0);
      expect(output).toContain("0 added, 0 changed, 0 destroyed");
      expect(await ourRules(lab.host("h2"))).toContain("dport 123");
    });

    test(`the lock of a runner that dies ${lockOfTheDead === "gone" ? "is gone with it" : "stays, until it is forced"}`, async () => {
      one.synth(before);
      const dying = one.terraform(1).start(["apply", "-no-color"]);
      await dying.said("Enter a value:");
      dying.kill();
      await dying.end;
      if (lockOfTheDead === "stays") {
        const { code, output } = await other.terraform(1).apply();
        expect(code).toBe(1);
        const id = /ID: +(\S+)/.exec(output)?.[1] ?? "";
        expect((await other.terraform(1).run(["force-unlock", "-force", "-no-color", id])).code).toBe(0);
      }
      expect((await other.terraform(1).apply(waits)).code).toBe(0);
    });

    test("no secret is in the states, the JSON, or what Terraform keeps beside it", async () => {
      const key = readFileSync(lab.host("h1").ssh.identityFile, "utf8").split("\n")[1] ?? "";
      const files = [one, other].flatMap(({ folder }) =>
        readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
      );
      const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, "utf8"));
      const all = [...texts, ...Object.values(await store.states())];
      expect(all.length).toBeGreaterThan(30);
      for (const secret of [key, ...store.secrets, "PRIVATE KEY"]) {
        expect(secret.length).toBeGreaterThan(10);
        expect(all.filter((text) => text.includes(secret))).toEqual([]);
      }
    });
  };
  const title = `a fleet over stacks that have their state in ${name}`;
  describeWithTerraform(title, () => describeWith(server, "of its own", suite));
}
