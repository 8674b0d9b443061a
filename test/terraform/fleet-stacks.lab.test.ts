import { rmSync } from "node:fs";
import { join } from "node:path";
import { FleetStacks } from "cdkfw/cdktf";
import { App, LocalBackend } from "cdktf";
import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { fleetOfLab, lockedOut, outputFolder, ssh, web, type Rules } from "./project";
import { describeWithTerraform, Terraform } from "./terraform";

describeWithTerraform("a fleet that is spread over stacks, each applied by a Terraform of its own", () => {
  let lab: Lab;
  let output: string;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: 5 });
    output = outputFolder();
  });
  afterAll(async () => {
    rmSync(output, { recursive: true, force: true });
    await lab.stop();
  });

  /** Two hosts a stack; the canary is in the second one. */
  function synth(rules: Readonly<Record<string, Rules>>): FleetStacks {
    const app = new App({ outdir: output });
    const fleet = fleetOfLab(app, lab, rules);
    fleet.rollout({ canary: ["h3"], waves: 10 });
    const stacks = new FleetStacks(app, "edge", {
      fleet,
      size: 2,
      file: join(output, "edge.stacks.json"),
      frozen: false,
      trigger: "terraform_data",
      confirmTimeout: 8,
      prepare: (stack) => new LocalBackend(stack, { path: "terraform.tfstate" }),
    });
    app.synth();
    return stacks;
  }

  const terraformOf = (number: number) => new Terraform(join(output, "stacks", `edge-${number}`));
  const apply = (...numbers: number[]) => Promise.all(numbers.map((number) => terraformOf(number).apply()));
  const rulesOf = (...names: string[]) => Promise.all(names.map((name) => ourRules(lab.host(name))));

  test("a canary that fails in one stack: no host of another stack is touched", async () => {
    synth({ h1: web, h2: web, h3: lockedOut, h4: web });
    for (const number of [1, 2]) await terraformOf(number).init();
    const [first, second] = await apply(1, 2);
    expect([first?.code, second?.code]).toEqual([1, 1]);
    expect(first?.output).toContain("`h3`, of an earlier wave, was rolled back");
    expect(await rulesOf("h1", "h2", "h3", "h4")).toEqual(["", "", "", ""]);
  });

  test("mended, the waves go on across the stacks, and nothing is left to do", async () => {
    synth({ h1: web, h2: web, h3: web, h4: web });
    const results = await apply(1, 2);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(results[0]?.output).toContain("wave 1 may begin: 1 host stands");
    expect(await rulesOf("h1", "h2", "h3", "h4")).not.toContain("");
    expect((await terraformOf(1).plan()).code).toBe(0);
  });

  test("a new host gets a place, and the plans of all others stay empty", async () => {
    const { stacks } = synth({ h5: ssh, h1: web, h2: web, h3: web, h4: web });
    expect(stacks.map(({ node }) => node.id)).toEqual(["edge-1", "edge-2", "edge-3"]);
    await terraformOf(3).init();
    expect((await Promise.all([1, 2].map((number) => terraformOf(number).plan()))).map(({ code }) => code)).toEqual([
      0, 0,
    ]);
    expect((await apply(3)).map(({ code }) => code)).toEqual([0]);
    expect(await rulesOf("h5")).not.toEqual([""]);
  });
});
