import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { Project, ssh, web } from "./project";
import { describeWithTerraform } from "./terraform";

const removalPolicy = "teardown" as const;

describeWithTerraform('removalPolicy "teardown"', () => {
  let lab: Lab;
  let project: Project;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: 2 });
    project = new Project();
    project.synth(lab, { h1: web, h2: web }, { removalPolicy });
    await project.terraform.init();
  });

  afterAll(async () => {
    project.remove();
    await lab.stop();
  });

  test("nothing is torn down by an apply, nor by a replacement", async () => {
    const first = await project.terraform.apply();
    expect(first.output).toContain("4 added");
    project.synth(lab, { h1: ssh, h2: web }, { removalPolicy });
    const second = await project.terraform.apply();
    expect(second.output).toContain("1 added, 0 changed, 1 destroyed");
    expect(first.output + second.output).not.toMatch(/"teardown"|torn down/);
    expect(await ourRules(lab.host("h1"))).toContain("hook input");
  });

  test("a host that is taken out of the program keeps its rules", async () => {
    project.synth(lab, { h1: ssh }, { removalPolicy });
    const { code, output } = await project.terraform.apply();
    expect(code).toBe(0);
    expect(output).toContain("0 added, 0 changed, 2 destroyed");
    expect(output).not.toMatch(/"teardown"|torn down/);
    expect(await ourRules(lab.host("h2"))).toContain("hook input");
  });

  test("destroy takes our rules away, and no one else's", async () => {
    await lab.host("h1").exec("iptables -N MINE && iptables -A INPUT -s 192.0.2.7 -j MINE");
    const { code, output } = await project.terraform.destroy();
    expect(output).toContain('"teardown" "--bundle" "hosts/h1"');
    expect(code).toBe(0);
    expect(await ourRules(lab.host("h1"))).toBe("");
    const { stdout } = await lab.host("h1").exec("iptables-save");
    expect(stdout).toContain("-A INPUT -s 192.0.2.7/32 -j MINE");
  });
});
