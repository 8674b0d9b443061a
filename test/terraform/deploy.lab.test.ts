import { Lab } from "../../lib/sandbox";
import { ourRules } from "./hosts";
import { lockedOut, Project, ssh, web, webAndNtp } from "./project";
import { describeWithTerraform } from "./terraform";

/** The lines of a plan that a reviewer reads: what comes and what goes. */
const changes = (output: string) =>
  output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^[+-] (?!resource)/.test(line));

describeWithTerraform("a fleet of three hosts, deployed by Terraform", () => {
  let lab: Lab;
  let project: Project;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: 3 });
    for (const host of lab.hosts) await lab.respond(host, { tcp: [80, 9100], udp: [123] });
    project = new Project();
  });

  afterAll(async () => {
    project.remove();
    await lab.stop();
  });

  const verdicts = async (host: string) => {
    const { wanAddress: v4, wanAddress6: v6 } = lab.host(host);
    const ports = [v4, v6].flatMap((dst) => [80, 9100].map((port) => ({ proto: "tcp" as const, dst, port })));
    return (await lab.client.probe(ports)).map(({ verdict }) => verdict).join(" ");
  };

  test("the first apply brings every host its rules", async () => {
    expect(await verdicts("h1")).toBe("accept accept accept accept");
    project.synth(lab, { h1: web, h2: web, h3: ssh });
    await project.terraform.init();
    const { code, output, seconds } = await project.terraform.apply();
    expect(output).toContain("Apply complete! Resources: 3 added, 0 changed, 0 destroyed.");
    expect(code).toBe(0);
    expect(await verdicts("h1")).toBe("accept reject accept reject");
    expect(await verdicts("h2")).toBe("accept reject accept reject");
    expect(await verdicts("h3")).toBe("reject reject reject reject");
    console.info(`terraform apply of 3 hosts: ${seconds.toFixed(1)} s`);
  });

  test("a second synth and plan find nothing to do", async () => {
    project.synth(lab, { h1: web, h2: web, h3: ssh });
    const { code, output, seconds } = await project.terraform.plan();
    expect(output).toContain("No changes.");
    expect(code).toBe(0);
    console.info(`terraform plan of 3 hosts without a change: ${seconds.toFixed(1)} s`);
  });

  test("a changed rule shows in the plan as its own line, and only its host is touched", async () => {
    const others = [await ourRules(lab.host("h1")), await ourRules(lab.host("h3"))];
    project.synth(lab, { h1: web, h2: webAndNtp, h3: ssh });
    const { code, output } = await project.terraform.plan();
    expect(code).toBe(2);
    expect(changes(output)).toEqual(["+ service    ntp  udp 123", "+ accept      ntp  ext → host  # clocks"]);
    expect(output).toContain("Plan: 1 to add, 0 to change, 1 to destroy.");
    expect((await project.terraform.apply()).code).toBe(0);
    const { wanAddress: dst } = lab.host("h2");
    expect(await lab.client.probe([{ proto: "udp", dst, port: 123 }])).toMatchObject([{ verdict: "accept" }]);
    expect([await ourRules(lab.host("h1")), await ourRules(lab.host("h3"))]).toEqual(others);
    project.synth(lab, { h1: web, h2: web, h3: ssh });
    const back = await project.terraform.plan();
    expect(changes(back.output)).toEqual(["- service    ntp  udp 123", "- accept      ntp  ext → host  # clocks"]);
  });

  test("a policy that locks out fails the apply: the host is as before, the resource tainted", async () => {
    const before = await ourRules(lab.host("h1"));
    project.synth(lab, { h1: lockedOut, h2: webAndNtp, h3: ssh });
    const { code, output } = await project.terraform.apply();
    expect(code).toBe(1);
    expect(output).toMatch(/exit status 3/);
    expect(output).toMatch(/rolled[ -]back/);
    expect(await ourRules(lab.host("h1"))).toBe(before);
    expect(await verdicts("h1")).toBe("accept reject accept reject");
    const state = await project.terraform.state();
    expect(state["deploy_h1"]?.isTainted).toBe(true);
    expect(state["deploy_h2"]?.isTainted).toBe(false);
  });

  test("… and the next apply tries again: mended, it succeeds", async () => {
    project.synth(lab, { h1: webAndNtp, h2: webAndNtp, h3: ssh });
    const { output } = await project.terraform.plan();
    expect(output).toContain("deploy_h1_");
    expect(output).toContain("is tainted, so must be replaced");
    expect((await project.terraform.apply()).code).toBe(0);
    expect((await project.terraform.state())["deploy_h1"]?.isTainted).toBe(false);
    const { wanAddress: dst } = lab.host("h1");
    expect(await lab.client.probe([{ proto: "udp", dst, port: 123 }])).toMatchObject([{ verdict: "accept" }]);
    expect((await project.terraform.plan()).code).toBe(0);
  });

  test("one host fails, the others are deployed all the same", async () => {
    await lab.host("h3").cut("both", "eth0");
    project.synth(lab, { h1: web, h2: web, h3: web }, { confirmTimeout: 5 });
    const { code } = await project.terraform.apply();
    await lab.host("h3").mend("eth0");
    expect(code).toBe(1);
    const state = await project.terraform.state();
    expect([state["deploy_h1"]?.isTainted, state["deploy_h2"]?.isTainted, state["deploy_h3"]?.isTainted]).toEqual([
      false,
      false,
      true,
    ]);
    expect((await project.terraform.apply()).code).toBe(0);
    expect(await verdicts("h3")).toBe("accept reject accept reject");
  });

  test("a host that is taken out of the program keeps its rules", async () => {
    const before = await ourRules(lab.host("h3"));
    expect(before).not.toBe("");
    project.synth(lab, { h1: web, h2: web });
    const { code, output } = await project.terraform.apply();
    expect(code).toBe(0);
    expect(output).toContain("0 added, 0 changed, 1 destroyed");
    expect(await ourRules(lab.host("h3"))).toBe(before);
  });

  test("destroy keeps the rules, too", async () => {
    const before = await ourRules(lab.host("h1"));
    expect((await project.terraform.destroy()).code).toBe(0);
    expect(await ourRules(lab.host("h1"))).toBe(before);
  });
});
