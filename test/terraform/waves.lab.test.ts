import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { lockedOut, Project, ssh, web } from "./project";
import { describeWithTerraform } from "./terraform";

describeWithTerraform("a rollout by Terraform", () => {
  let lab: Lab;
  let project: Project;
  const rollout = { canary: 1, waves: 1 };

  beforeAll(async () => {
    lab = await Lab.start({ hosts: 3 });
    project = new Project();
  });
  afterAll(async () => {
    project.remove();
    await lab.stop();
  });

  test("a canary that fails: no host of a later wave is touched, on the first apply and on a later one", async () => {
    project.synth(lab, { h1: lockedOut, h2: web, h3: web }, { rollout });
    await project.terraform.init();
    expect((await project.terraform.apply()).code).toBe(1);
    expect(await Promise.all(lab.hosts.map(ourRules))).toEqual(["", "", ""]);

    project.synth(lab, { h1: web, h2: web, h3: web }, { rollout });
    expect((await project.terraform.apply()).code).toBe(0);
    const stood = await Promise.all(lab.hosts.map(ourRules));
    expect(stood).not.toContain("");
    project.synth(lab, { h1: lockedOut, h2: ssh, h3: ssh }, { rollout });
    expect((await project.terraform.apply()).code).toBe(1);
    expect(await Promise.all(lab.hosts.map(ourRules))).toEqual(stood);
  });

  test("… and the next apply goes on", async () => {
    project.synth(lab, { h1: ssh, h2: ssh, h3: ssh }, { rollout });
    const { code, output } = await project.terraform.apply();
    expect(code).toBe(0);
    const ends = ["h1", "h2", "h3"].map((host) => output.search(new RegExp(`deploy_${host}_\\w+: Creation complete`)));
    expect(Math.min(...ends)).toBeGreaterThan(0);
    expect([...ends].sort((a, b) => a - b)).toEqual(ends);
    expect((await project.terraform.plan()).code).toBe(0);
  });
});
