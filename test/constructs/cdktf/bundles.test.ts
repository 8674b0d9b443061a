import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fleet, Service } from "cdkfw";
import { FleetDeployment } from "cdkfw/cdktf";
import { App, TerraformStack, Testing } from "cdktf";
import * as synthesis from "../../../lib/synth/synthesize";
import {
  addHost,
  deploy,
  filesBelow,
  messageOf,
  outputFolder,
  readStack,
  removeOutputFolders,
  resources,
  synthesized,
  tryApp,
  type Try,
} from "./synth";

afterEach(() => {
  jest.restoreAllMocks();
  removeOutputFolders();
});

/** A program with all that could carry a path or a secret of its machine. */
function program(outdir: string): Try {
  const one = tryApp({}, outdir);
  const host = addHost(one.fleet, "web-1", { identityFiles: ["keys/id_ed25519"], knownHostsFiles: ["known_hosts"] });
  host.drop({ from: "ext", to: host, source: ["192.0.2.1", "2001:db8::1"], comment: "a comment" });
  addHost(one.fleet, "web-2", { jump: [{ address: "192.0.2.9", identityFiles: ["keys/jump"] }] });
  deploy(one, { removalPolicy: "teardown" });
  return one;
}

const hostsOf = (outdir: string, stack = "edge") => readdirSync(join(outdir, "stacks", stack, "hosts")).sort();

test("a bundle for each host stands beside the stack's JSON, and is the one that the resource names", () => {
  const one = program(outputFolder());
  const generation = resources(synthesized(one))["deploy_web-1"]?.triggers?.["generation"];
  expect(hostsOf(one.outdir)).toEqual(["web-1", "web-2"]);
  const manifest = filesBelow(join(one.outdir, "stacks", "edge", "hosts", "web-1"))["bundle.json"] ?? "";
  expect(JSON.parse(manifest)).toMatchObject({ host: "web-1", generation });
});

test("warnings are annotations of the stack, by the day that the context gives", () => {
  const warningsOn = (day: string) => {
    const one = tryApp({ "cdkfw:today": day });
    for (const name of ["web-1", "web-2"]) {
      const host = addHost(one.fleet, name);
      host.allow({ from: "ext", to: host, service: Service.HTTPS, expires: "2027-01-31" });
    }
    deploy(one);
    one.app.synth();
    one.app.synth();
    const manifest = JSON.parse(filesBelow(one.outdir)["manifest.json"] ?? "") as {
      stacks: { edge: { annotations: { level: string; message: string }[] } };
    };
    return manifest.stacks.edge.annotations;
  };
  expect(warningsOn("2027-01-01")).toEqual([]);
  expect(warningsOn("2027-01-21")).toMatchObject([
    {
      level: "@cdktf/warn",
      message: expect.stringMatching(/^edge\/fleet\/web-1\/.*2027-01-31.* \[expires-soon\]$/) as string,
    },
  ]);
});

test("two synths of the same program give the same bytes, whatever else has been in the folder", () => {
  const [first, second] = [outputFolder(), outputFolder()];
  program(first).app.synth();
  const before = tryApp({}, second);
  addHost(before.fleet, "gone");
  deploy(before);
  before.app.synth();
  program(second).app.synth();
  expect(filesBelow(second)).toEqual(filesBelow(first));
});

test("neither the JSON nor the bundles hold a path of this machine", () => {
  const one = program(outputFolder());
  one.app.synth();
  const home = process.env["HOME"] ?? "/root";
  for (const [file, text] of Object.entries(filesBelow(one.outdir))) {
    expect({ file, holds: [process.cwd(), tmpdir(), `${home}/`].filter((path) => text.includes(path)) }).toEqual({
      file,
      holds: [],
    });
  }
});

test("the environment of the program stays out of the JSON", () => {
  process.env["CDKFW_TEST_SECRET"] = "correct horse battery staple";
  const one = program(outputFolder());
  one.app.synth();
  delete process.env["CDKFW_TEST_SECRET"];
  expect(JSON.stringify(filesBelow(one.outdir))).not.toMatch(/correct horse|PRIVATE KEY|"environment"|"connection"/);
});

test("each synth compiles and writes once, though Terraform's elements are resolved twice", () => {
  const compile = jest.spyOn(synthesis, "bundleContents");
  const write = jest.spyOn(synthesis, "synthesize");
  program(outputFolder()).app.synth();
  expect(write).toHaveBeenCalledTimes(1);
  expect(compile).not.toHaveBeenCalled();
});

test("several deployments in one stack share its folder", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one);
  const other = new Fleet(one.stack, "other");
  addHost(other, "db-1");
  new FleetDeployment(one.stack, "deploy-other", { fleet: other, trigger: "terraform_data" });
  const json = synthesized(one);
  expect(hostsOf(one.outdir)).toEqual(["db-1", "web-1"]);
  expect(Object.keys(resources(json, "terraform_data"))).toEqual(["deploy-other_db-1"]);
});

test("several stacks have a folder each", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1");
  deploy(one);
  const stack = new TerraformStack(one.app, "core");
  const fleet = new Fleet(stack, "fleet");
  addHost(fleet, "web-1");
  new FleetDeployment(stack, "deploy", { fleet });
  one.app.synth();
  expect(hostsOf(one.outdir)).toEqual(["web-1"]);
  expect(hostsOf(one.outdir, "core")).toEqual(["web-1"]);
});

test("a bundle of a host that is gone is removed", () => {
  const outdir = outputFolder();
  program(outdir).app.synth();
  const less = tryApp({}, outdir);
  addHost(less.fleet, "web-2");
  deploy(less);
  less.app.synth();
  expect(hostsOf(outdir)).toEqual(["web-2"]);
});

test("nothing is written where the fleet has a mistake", () => {
  const one = program(outputFolder());
  const [host] = one.fleet.hosts;
  host?.allow({ from: "exd", to: host, service: Service.SSH });
  expect(messageOf(() => one.app.synth())).toContain("Did you mean `ext`");
  expect(existsSync(join(one.outdir, "stacks", "edge"))).toBe(false);
});

test("nothing is written for a fleet with a mistake also where the app skips validations", () => {
  const outdir = outputFolder();
  const app = new App({ outdir, skipValidation: true });
  const stack = new TerraformStack(app, "edge");
  const fleet = new Fleet(stack, "fleet");
  const host = addHost(fleet, "web-1");
  host.allow({ from: "exd", to: host });
  new FleetDeployment(stack, "deploy", { fleet });
  expect(messageOf(() => app.synth())).toContain("Did you mean `ext`");
  expect(existsSync(join(outdir, "stacks", "edge", "hosts"))).toBe(false);
});

test("CDKTF_OUTDIR, the app's outdir and that of cdktf's test session are obeyed", () => {
  const wanted = outputFolder();
  process.env["CDKTF_OUTDIR"] = wanted;
  const app = new App();
  delete process.env["CDKTF_OUTDIR"];
  const stack = new TerraformStack(app, "edge");
  const fleet = new Fleet(stack, "fleet");
  addHost(fleet, "web-1");
  new FleetDeployment(stack, "deploy", { fleet });
  app.synth();
  expect(hostsOf(wanted)).toEqual(["web-1"]);
  const session = Testing.fullSynth(stack);
  expect(hostsOf(session)).toEqual(["web-1"]);
  const commandOf = (outdir: string) =>
    resources(readStack(outdir))["deploy_web-1"]?.provisioner[0]?.["local-exec"].interpreter[1] ?? "";
  expect(join(session, "stacks", "edge", commandOf(session))).toBe(join(process.cwd(), "dist", "bin", "cdkfw.js"));
  expect(join(process.cwd(), wanted, "stacks", "edge", commandOf(wanted))).toBe(
    join(process.cwd(), "dist/bin/cdkfw.js"),
  );
  rmSync(session, { recursive: true });
});

test("a fleet may stand beside the stacks, in the app's scope", () => {
  const outdir = mkdtempSync(join(tmpdir(), "cdkfw-"));
  const app = new App({ outdir });
  const fleet = new Fleet(app, "fleet");
  addHost(fleet, "web-1");
  new FleetDeployment(new TerraformStack(app, "edge"), "deploy", { fleet });
  app.synth();
  expect(hostsOf(outdir)).toEqual(["web-1"]);
  rmSync(outdir, { recursive: true });
});
