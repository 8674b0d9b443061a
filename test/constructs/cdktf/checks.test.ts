import { Fleet, Host, Service, type HostProps } from "cdkfw";
import { FleetDeployment, type FleetDeploymentProps } from "cdkfw/cdktf";
import { TerraformStack, Token } from "cdktf";
import { addHost, deploy, messageOf, removeOutputFolders, tryApp, type Try } from "./synth";

afterEach(removeOutputFolders);

function withMistakes(fleet: Fleet): void {
  const host = addHost(fleet, "web-1");
  host.allow({ from: "exd", to: host });
  host.allow({ from: "ext", to: host, service: "htps" });
}

/** The lines of the error that are findings, without the place in the source, which is this file's own. */
const findings = (one: Try) =>
  messageOf(() => one.app.synth())
    .split("\n")
    .filter((line) => line.includes("["))
    .map((line) => line.trim().replace(/ \S+\.ts:\d+:/, ""));

test("all mistakes of the fleet are shown together, each once", () => {
  const one = tryApp();
  withMistakes(one.fleet);
  deploy(one);
  expect(findings(one)).toEqual([
    expect.stringMatching(/\[edge\/fleet\/web-1\] .*`exd`.*Did you mean `ext`/),
    expect.stringMatching(/\[edge\/fleet\/web-1\] .*`htps`.*Did you mean `https?`/),
  ]);
});

test.each(["the app's scope", "another stack that comes later"])("… also of a fleet in %s", (place) => {
  const one = tryApp();
  const fleet = new Fleet(place === "the app's scope" ? one.app : new TerraformStack(one.app, "later"), "outside");
  withMistakes(fleet);
  new FleetDeployment(one.stack, "deploy", { fleet, hosts: [] });
  new FleetDeployment(one.stack, "deploy-2", { fleet });
  expect(findings(one)).toEqual([
    expect.stringMatching(/^ *.*\[edge\/deploy\] .*outside\/web-1.*`exd`/),
    expect.stringMatching(/^ *\[edge\/deploy\] .*outside\/web-1.*`htps`/),
  ]);
});

test.each<[string, Partial<Record<keyof FleetDeploymentProps, unknown>>, string]>([
  ["trigger", { trigger: "null" }, '`trigger` is "null". Allowed: `null_resource`, `terraform_data`.'],
  ["planDetail", { planDetail: "all" }, '`planDetail` is "all". Allowed: `policy`, `ruleset`, `digest`.'],
  ["removalPolicy", { removalPolicy: "destroy" }, '`removalPolicy` is "destroy". Allowed: `retain`, `teardown`.'],
  ["confirmTimeout", { confirmTimeout: 0 }, "`confirmTimeout` is `0`. Allowed: whole seconds from 1 to 3600."],
  ["confirmTimeout", { confirmTimeout: 1.5 }, "`confirmTimeout` is `1.5`. Allowed: whole seconds"],
  ["command", { command: [] }, '`command` names no program. Allowed: a program and its arguments, such as `["npx"'],
  ["command", { command: [Token.asString({ a: 1 })] }, "`command` holds an unresolved token"],
  [
    "hosts",
    { hosts: ["web-9"] },
    "`hosts` names `web-9`, which is no host of the fleet `edge/fleet`. Allowed: `web-1`.",
  ],
])("a wrong %s", (_prop, props, message) => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one, props as Partial<FleetDeploymentProps>);
  expect(findings(one)).toEqual([expect.stringContaining(`[edge/deploy] ${message}`)]);
});

test("a wrong trigger in the context", () => {
  const one = tryApp({ "cdkfw:trigger": "terraform-data" });
  addHost(one.fleet, "web-1");
  deploy(one);
  expect(findings(one)).toEqual([expect.stringContaining('`trigger` is "terraform-data"')]);
});

test("one host may not be deployed twice, in one stack or two", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  addHost(one.fleet, "web-2");
  deploy(one, { hosts: ["web-1"] });
  new FleetDeployment(one.stack, "again", { fleet: one.fleet });
  expect(findings(one)).toEqual([
    expect.stringMatching(/\[edge\/again\] the host `web-1` is deployed twice: by `edge\/deploy` too\. Give each/),
  ]);
  const two = tryApp();
  addHost(two.fleet, "web-1");
  deploy(two);
  new FleetDeployment(new TerraformStack(two.app, "core"), "deploy", { fleet: two.fleet });
  expect(findings(two)).toEqual([expect.stringContaining("[core/deploy] the host `web-1` is deployed twice")]);
});

test("two fleets of one stack may not have hosts of one name", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one);
  const other = new Fleet(one.stack, "other");
  addHost(other, "WEB-1");
  new FleetDeployment(one.stack, "deploy-other", { fleet: other });
  expect(findings(one)).toEqual([
    expect.stringContaining("[edge/deploy-other] the stack has two hosts named `WEB-1`: `edge/deploy` deploys one"),
  ]);
});

test("two deployments of one id", () => {
  const one = tryApp();
  deploy(one);
  deploy(one);
  expect(findings(one)).toEqual([expect.stringContaining("`deploy` is declared twice")]);
});

const later = () => Token.asString({ Ref: "aws_instance.web.public_ip" });

test.each<[string, () => HostProps]>([
  ["user", () => ({ user: later() })],
  ["key file", () => ({ identityFiles: [later()] })],
  ["host key", () => ({ hostKeys: [later()] })],
  ["name", () => ({ name: later() })],
])("an unresolved token as a host's %s is refused: bundles are written before Terraform runs", (_what, props) => {
  const one = tryApp();
  addHost(one.fleet, "web-1", props());
  deploy(one);
  expect(findings(one)).toEqual([expect.stringMatching(/TfToken|token/)]);
});

test("an unresolved token in a rule is refused", () => {
  const one = tryApp();
  const host = addHost(one.fleet, "web-1");
  host.allow({ from: "ext", to: host, source: later(), service: Service.SSH });
  host.allow({ from: "ext", to: host, comment: `for ${later()}` });
  deploy(one);
  expect(findings(one)).toEqual([expect.stringContaining("token"), expect.stringContaining("token")]);
});

test("a host's hostile name is a finding, not a resource", () => {
  const one = tryApp();
  for (const name of ['a"; rm -rf /', "$(reboot)", "${path.module}", "a\nb", "-rf", "x".repeat(300)]) {
    new Host(one.fleet, name);
  }
  deploy(one);
  expect(findings(one)).toHaveLength(6);
});
