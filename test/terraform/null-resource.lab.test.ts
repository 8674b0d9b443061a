import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { Project, web, webAndNtp } from "./project";
import { installNullProvider } from "./stand-in/install";
import { describeWithTerraform } from "./terraform";

const trigger = "null_resource" as const;

describeWithTerraform("null_resource, with a stand-in for the provider", () => {
  let lab: Lab;
  let project: Project;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: 1 });
    project = new Project();
  });

  afterAll(async () => {
    project.remove();
    await lab.stop();
  });

  test("init finds the provider that the JSON asks for, apply brings the rules", async () => {
    project.synth(lab, { h1: web }, { trigger, removalPolicy: "teardown" });
    installNullProvider(project.terraform.folder);
    await project.terraform.init();
    const { code, output } = await project.terraform.apply();
    expect(output).toContain("Apply complete! Resources: 2 added");
    expect(code).toBe(0);
    expect(await ourRules(lab.host("h1"))).toContain("dport 80");
  });

  test("a second plan finds nothing to do, a changed rule shows as its line", async () => {
    project.synth(lab, { h1: web }, { trigger, removalPolicy: "teardown" });
    expect((await project.terraform.plan()).code).toBe(0);
    project.synth(lab, { h1: webAndNtp }, { trigger, removalPolicy: "teardown" });
    const { code, output } = await project.terraform.plan();
    expect(code).toBe(2);
    expect(output).toMatch(/^ +\+ accept {6}ntp {2}ext → host {2}# clocks$/m);
    expect((await project.terraform.apply()).output).toContain("1 added, 0 changed, 1 destroyed");
    expect(await ourRules(lab.host("h1"))).toContain("dport 123");
  });

  test("destroy tears down", async () => {
    expect((await project.terraform.destroy()).code).toBe(0);
    expect(await ourRules(lab.host("h1"))).toBe("");
  });
});
