import { FleetDeployment } from "cdkfw/cdktf";
import { Service } from "cdkfw";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import {
  addHost,
  deploy,
  outputFolder,
  removeOutputFolders,
  resources,
  shownPolicy,
  synthesized,
  tryApp,
} from "./synth";

afterEach(removeOutputFolders);

const WORDS = "zone       ext  eth0\nservice    ssh  tcp 22\naccept      ssh  ext → host";
const GENERATION = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
const WORDS_OF_WEB_1 = '${chomp(file("hosts/web-1/policy.txt"))}';

test("null_resource: one for each host, replaced by what changes the host, run without a shell", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  addHost(one.fleet, "web-2");
  deploy(one);
  const json = synthesized(one);
  const found = resources(json);
  expect(Object.keys(found)).toEqual(["deploy_web-1", "deploy_web-2"]);
  expect(found["deploy_web-1"]).toMatchObject({
    triggers: { host: "web-1", generation: GENERATION, policy: WORDS_OF_WEB_1 },
    provisioner: [
      {
        "local-exec": {
          interpreter: ["node", "../../../../dist/bin/cdkfw.js", "apply", "--generation", GENERATION, "--bundle"],
          command: "hosts/web-1",
        },
      },
    ],
  });
  expect(found["deploy_web-1"]).not.toHaveProperty("depends_on");
  expect(json.provider).toEqual({ null: [{}] });
  expect(json.terraform["required_providers"]).toEqual({ null: { source: "null", version: "3.2.4" } });
});

test("terraform_data: the same, and no provider", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, { trigger: "terraform_data" });
  const json = synthesized(one);
  expect(resources(json, "terraform_data")["deploy_web-1"]).toMatchObject({
    triggers_replace: { host: "web-1", generation: GENERATION, policy: WORDS_OF_WEB_1 },
    provisioner: [{ "local-exec": { command: "hosts/web-1" } }],
  });
  expect(json.provider).toBeUndefined();
  expect(json.terraform["required_providers"]).toBeUndefined();
});

test.each([
  ["neither says anything", {}, {}, "null_resource"],
  ["the context says something", { "cdkfw:trigger": "terraform_data" }, {}, "terraform_data"],
  ["both do", { "cdkfw:trigger": "terraform_data" }, { trigger: "null_resource" as const }, "null_resource"],
])("the trigger where %s", (_case, context, props, type) => {
  const one = tryApp(context);
  addHost(one.fleet, "web-1");
  deploy(one, props);
  expect(Object.keys(synthesized(one).resource ?? {})).toEqual([type]);
});

test.each([
  ["before the deployment", (stack: TerraformStack) => void new NullProvider(stack, "null"), () => undefined],
  ["after it", () => undefined, (stack: TerraformStack) => void new NullProvider(stack, "null")],
])("a null provider that the program adds %s is the only one", (_case, before, after) => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  before(one.stack);
  deploy(one);
  after(one.stack);
  expect(synthesized(one).provider).toEqual({ null: [{}] });
});

test("a null provider under an alias is another one", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  new NullProvider(one.stack, "null", { alias: "other" });
  deploy(one);
  expect(synthesized(one).provider?.["null"]).toHaveLength(2);
});

test("hosts and rules that are declared after the deployment count", () => {
  const one = tryApp();
  const host = addHost(one.fleet, "web-1");
  deploy(one);
  host.allow({ from: "ext", to: host, service: Service.HTTPS });
  addHost(one.fleet, "web-2");
  const found = resources(synthesized(one));
  expect(shownPolicy(one, found["deploy_web-1"])).toContain("https  ext → host");
  expect(shownPolicy(one, found["deploy_web-2"])).toContain("ssh  ext → host");
});

test("what changes between two synths of one app counts", () => {
  const one = tryApp();
  const host = addHost(one.fleet, "web-1");
  deploy(one);
  const first = resources(synthesized(one))["deploy_web-1"];
  expect(shownPolicy(one, first)).toBe(WORDS);
  host.drop({ from: "ext", to: host });
  const second = resources(synthesized(one))["deploy_web-1"];
  expect(shownPolicy(one, second)).toBe(`${WORDS}\ndrop        all services  ext → host`);
  expect(second?.triggers?.["generation"]).not.toBe(first?.triggers?.["generation"]);
});

test("cdktf's own way to test a stack gives the same resources", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one);
  const tested = JSON.parse(Testing.synth(one.stack, true)) as ReturnType<typeof synthesized>;
  const wanted = resources(synthesized(one))["deploy_web-1"];
  expect({ ...resources(tested)["deploy_web-1"], "//": wanted?.["//"] }).toEqual(wanted);
});

test("escape hatches: overrides of a host's resource reach the JSON", () => {
  const one = tryApp();
  const host = addHost(one.fleet, "web-1");
  const deployment = deploy(one);
  deployment.resource("web-1").addOverride("lifecycle.prevent_destroy", true);
  deployment.resource(host).addOverride("provisioner.0.local-exec.quiet", true);
  expect(resources(synthesized(one))["deploy_web-1"]).toMatchObject({
    lifecycle: { prevent_destroy: true },
    provisioner: [{ "local-exec": { quiet: true, command: "hosts/web-1" } }],
  });
  expect(() => deployment.resource("web-9")).toThrow("`web-9` is no host of the deployment");
});

test("planDetail: more lines, or none", () => {
  const policyOf = (planDetail: "ruleset" | "digest", more: boolean) => {
    const one = tryApp();
    const host = addHost(one.fleet, "web-1");
    if (more) host.allow({ from: "ext", to: host, source: ["192.0.2.1", "192.0.2.9"], service: Service.DNS });
    deploy(one, { planDetail });
    return resources(synthesized(one))["deploy_web-1"]?.triggers;
  };
  expect(Object.keys(policyOf("digest", false) ?? {})).toEqual(["address", "generation", "host"]);
  const before = policyOf("ruleset", false)?.["policy"]?.split("\n") ?? [];
  const after = policyOf("ruleset", true)?.["policy"]?.split("\n") ?? [];
  expect(before).toContain("# nftables");
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
  expect(after.filter((line) => !before.includes(line)).length).toBeGreaterThan(0);
});

test("removalPolicy teardown: a resource that no policy replaces, on which the deploying one depends", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, { removalPolicy: "teardown", trigger: "terraform_data" });
  const found = resources(synthesized(one), "terraform_data");
  expect(found["deploy__teardown_web-1"]).toMatchObject({
    triggers_replace: { host: "web-1" },
    provisioner: [
      {
        "local-exec": {
          when: "destroy",
          interpreter: ["node", "../../../../dist/bin/cdkfw.js", "teardown", "--bundle"],
          command: "hosts/web-1",
        },
      },
    ],
  });
  expect(found["deploy_web-1"]?.provisioner).toHaveLength(1);
  expect(found["deploy_web-1"]?.depends_on).toEqual([
    expect.stringMatching(/^terraform_data\.deploy__teardown_web-1_[0-9A-F]{8}$/),
  ]);
});

test("confirmTimeout and command are passed on", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, { confirmTimeout: 90, command: ["npx", "cdkfw"], removalPolicy: "teardown" });
  const found = resources(synthesized(one));
  expect(found["deploy_web-1"]?.provisioner[0]?.["local-exec"].interpreter).toEqual([
    ..."npx cdkfw apply --confirm-timeout 90 --generation".split(" "),
    found["deploy_web-1"]?.triggers?.["generation"],
    "--bundle",
  ]);
  expect(found["deploy__teardown_web-1"]?.provisioner[0]?.["local-exec"].interpreter).toEqual(
    "npx cdkfw teardown --bundle".split(" "),
  );
});

test("dependsOn: the machines come first", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, { dependsOn: [{ fqn: "aws_instance.web" }], removalPolicy: "teardown" });
  const found = resources(synthesized(one));
  expect(found["deploy_web-1"]?.depends_on?.[0]).toBe("aws_instance.web");
  expect(found["deploy__teardown_web-1"]?.depends_on).toEqual(["aws_instance.web"]);
});

test("a fleet is split over stacks by the hosts that each deploys", () => {
  const one = tryApp({ "cdkfw:trigger": "terraform_data" });
  const hosts = ["web-1", "web-2", "web-3"].map((name) => addHost(one.fleet, name));
  deploy(one, { hosts: hosts.slice(0, 2) });
  const other = new TerraformStack(one.app, "rest");
  new FleetDeployment(other, "deploy", { fleet: one.fleet, hosts: ["web-3"] });
  expect(Object.keys(resources(synthesized(one), "terraform_data"))).toEqual(["deploy_web-1", "deploy_web-2"]);
  expect(Object.keys(resources(synthesized(one, "rest"), "terraform_data"))).toEqual(["deploy_web-3"]);
});

test("hosts with names that look hostile keep to themselves", () => {
  const one = tryApp({ "cdkfw:trigger": "terraform_data" }, outputFolder());
  const names = ["teardown", "teardown_web-1", "web-1", "a.b", "ab", "1"];
  for (const name of names) addHost(one.fleet, name);
  deploy(one, { removalPolicy: "teardown" });
  const json = synthesized(one).resource?.["terraform_data"] ?? {};
  expect(Object.keys(json)).toHaveLength(2 * names.length);
  const commands = Object.values(json).map(({ provisioner }) => provisioner[0]?.["local-exec"].command);
  expect(new Set(commands)).toEqual(new Set(names.map((name) => `hosts/${name}`)));
});

test("what Terraform would take for its template language is text", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, { command: ["${file(1)}", "%{if true}", "$${x}"] });
  const words = resources(synthesized(one))["deploy_web-1"]?.provisioner[0]?.["local-exec"].interpreter;
  expect(words?.slice(0, 3)).toEqual(["$${file(1)}", "%%{if true}", "$$${x}"]);
});
