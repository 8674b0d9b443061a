import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Service } from "cdkfw";
import type { FleetDeploymentProps } from "cdkfw/cdktf";
import { readBundle } from "../../lib/bundle/read";
import { addHost, deploy, outputFolder, removeOutputFolders, tryApp } from "../constructs/cdktf/synth";
import { describeWithTerraform, Terraform } from "./terraform";

afterAll(removeOutputFolders);

/** What the schema of names lets through, and a shell would trip over or take for more than a word. */
const NAMES = ["web-1", "a..b", "1_2", "A.b-c_d", "x".repeat(63)];

const COMMENT = "a $${b} ${path.module} %{if true} %%{x} $$$ `id` $(reboot) \\n \"q\" 'q' ; | & < > # é →";

describeWithTerraform("what Terraform hands over", () => {
  test("the command gets its arguments word by word, and the state the very words of the policy", async () => {
    const one = tryApp({ "cdkfw:trigger": "terraform_data" }, outputFolder());
    for (const name of NAMES) {
      const host = addHost(one.fleet, name);
      host.allow({ from: "ext", to: host, service: Service.HTTPS, comment: COMMENT });
    }
    const recorder = join(one.outdir, 'record $(id) "it\'s".js');
    const script = "require('fs').appendFileSync(__dirname + '/argv', JSON.stringify(process.argv.slice(2)) + '\\n');";
    writeFileSync(recorder, script);
    deploy(one, { confirmTimeout: 7, command: ["node", join(process.cwd(), recorder), "${x} %{y}", "a  b"] });
    one.app.synth();
    const terraform = new Terraform(join(one.outdir, "stacks", "edge"));
    await terraform.init();
    const { code, output } = await terraform.apply();
    expect(code === 0 ? "" : output).toBe("");
    const recorded = readFileSync(join(one.outdir, "argv"), "utf8").trim().split("\n").sort();
    expect(recorded.map((line) => JSON.parse(line) as unknown)).toEqual(
      [...NAMES]
        .map((name) => {
          const generation = readBundle(join(one.outdir, "stacks", "edge", "hosts", name)).manifest.generation;
          const words = ["apply", "--confirm-timeout", "7", "--generation", generation, "--bundle", `hosts/${name}`];
          return ["${x} %{y}", "a  b", ...words];
        })
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    );
    for (const { attributes } of Object.values(await terraform.state())) {
      const triggers = (attributes["triggers_replace"] as { value: Record<string, string> }).value;
      expect(triggers["policy"]?.split("\n").at(-1)).toBe(`accept      https  ext → host  # ${COMMENT}`);
    }
  });

  /** A plan of one host that was saved, and whose host has got another policy since. */
  async function outdatedPlan(props: Partial<FleetDeploymentProps>) {
    const one = tryApp({ "cdkfw:trigger": "terraform_data" }, outputFolder());
    const host = addHost(one.fleet, "web-1", { address: "192.0.2.1" });
    deploy(one, props);
    const stack = join(one.outdir, "stacks", "edge");
    const synthesized = () => {
      one.app.synth();
      return readBundle(join(stack, "hosts", "web-1")).manifest.generation;
    };
    const planned = synthesized();
    const terraform = new Terraform(stack);
    await terraform.init();
    expect((await terraform.plan("-out=saved")).code).toBe(2);
    host.allow({ from: "ext", to: host, service: Service.HTTPS });
    return { terraform, planned, found: synthesized() };
  }

  test("a plan that was saved is refused once another policy was synthesized: its bundle is not there any more", async () => {
    const { terraform } = await outdatedPlan({ command: ["true"] });
    const { code, output } = await terraform.apply("saved");
    expect(code).toBe(1);
    expect(output).toContain("Provider produced inconsistent final plan");
    expect(output).not.toContain("Provisioning with");
  });

  test("… and so is one that shows digests alone, by the command itself: nothing is deployed that the plan did not have", async () => {
    const { terraform, planned, found } = await outdatedPlan({
      planDetail: "digest",
      command: ["node", resolve("dist/bin/cdkfw.js")],
    });
    const { code, output } = await terraform.apply("saved");
    expect(code).toBe(1);
    expect(output).toContain(`is of generation ${found}, and ${planned} was asked for`);
    expect(output).toContain("Plan again");
  });
});
