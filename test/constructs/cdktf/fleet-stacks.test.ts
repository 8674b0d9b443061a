import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fleet } from "cdkfw";
import { FleetStacks, type FleetStacksProps } from "cdkfw/cdktf";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { readStackFile } from "../../../lib/bundle/stack-file";
import { addHost, messageOf, outputFolder, readStack, removeOutputFolders, resources } from "./synth";

afterEach(removeOutputFolders);

/** `web-1@web` is a host in a group. */
function program(hosts: readonly string[], props: Partial<FleetStacksProps> = {}, outdir = outputFolder()) {
  const app = new App({ outdir });
  const fleet = new Fleet(app, "fleet");
  const add = (text: string) => {
    const [name = "", group] = text.split("@");
    return addHost(fleet, name, group === undefined ? {} : { groups: [group] });
  };
  hosts.forEach(add);
  const file = join(outdir, "edge.stacks.json");
  const spread = () =>
    new FleetStacks(app, "edge", {
      fleet,
      size: 2,
      file,
      frozen: false,
      trigger: "terraform_data",
      prepare: (stack) => new LocalBackend(stack, { path: "terraform.tfstate" }),
      ...props,
    });
  return { app, fleet, add, spread, file, outdir };
}

function stacksOf(given: ReturnType<typeof program>): Record<string, readonly string[]> {
  const { deployments } = given.spread();
  return Object.fromEntries(deployments.map(({ stack, hostNames }) => [stack.node.id, hostNames]));
}

test("a fleet is spread over stacks by its groups, and each stack has the bundles of its own hosts", () => {
  const one = program(["a@x", "b@y", "c@x", "d"]);
  const { stacks } = one.spread();
  one.app.synth();
  expect(stacks.map(({ node }) => node.id)).toEqual(["edge-1", "edge-2"]);
  expect(Object.keys(resources(readStack(one.outdir, "edge-1"), "terraform_data"))).toEqual(["deploy_a", "deploy_c"]);
  expect(existsSync(join(one.outdir, "stacks/edge-2/hosts/b/bundle.json"))).toBe(true);
  expect(existsSync(join(one.outdir, "stacks/edge-2/hosts/a"))).toBe(false);
  expect(readStack(one.outdir, "edge-2").terraform["backend"]).toEqual({ local: { path: "terraform.tfstate" } });
});

test("hosts that come and go move no other; the file says where each is", () => {
  const first = program(["a", "b", "c"]);
  expect(stacksOf(first)).toEqual({ "edge-1": ["a", "b"], "edge-2": ["c"] });
  const second = program(["new", "b", "c"], {}, first.outdir);
  expect(stacksOf(second)).toEqual({ "edge-1": ["new", "b"], "edge-2": ["c"] });
  expect(JSON.parse(readFileSync(first.file, "utf8"))).toEqual({ format: 1, stacks: { "edge-1": ["b", "new"], "edge-2": ["c"] } }); // prettier-ignore
  const third = program(["new", "b"], {}, first.outdir);
  expect(stacksOf(third)).toEqual({ "edge-1": ["new", "b"], "edge-2": [] });
});

test("in a pipeline a host without a place is a mistake, and one that is gone is none", () => {
  const first = program(["a", "b", "c"]);
  first.spread();
  const before = readFileSync(first.file, "utf8");
  expect(messageOf(() => program(["a", "b", "new"], { frozen: true }, first.outdir).spread())).toContain("has no stack for `new`"); // prettier-ignore
  expect(stacksOf(program(["a", "b"], { frozen: true }, first.outdir))).toEqual({ "edge-1": ["a", "b"], "edge-2": [] });
  expect(readFileSync(first.file, "utf8")).toBe(before);
});

test("a host that is declared after its fleet was spread fails the synth", () => {
  const one = program(["a"]);
  one.spread();
  one.add("late");
  expect(messageOf(() => one.app.synth())).toContain(
    "the host `late` was declared after its fleet was spread over stacks",
  );
});

test("a mistake of the fleet is told once", () => {
  const one = program(["a", "b", "c"]);
  one.fleet.rollout({ canary: ["nobody"] });
  one.spread();
  expect(messageOf(() => one.app.synth()).split("`nobody`")).toHaveLength(2);
});

test.each<[string, () => unknown, string]>([
  ["a size of nothing", () => program(["a"], { size: 0 }).spread(), "`size` is `0`"],
  ["stacks within a stack", () => new FleetStacks(new TerraformStack(new App({ outdir: outputFolder() }), "s"), "edge", { fleet: program([]).fleet }), "are to be made in `s`"], // prettier-ignore
  ["a host that nobody has", () => program(["a"]).spread().stackOf("b"), "no stack has the host `b`"],
])("%s is refused", (_what, work, message) => {
  expect(messageOf(work)).toContain(message);
});

test("a file that is broken is told with its cure", () => {
  const one = program(["a"]);
  writeFileSync(one.file, "{");
  expect(messageOf(one.spread)).toContain("edge.stacks.json` can not be read");
  rmSync(one.file);
});

describe("waves across stacks", () => {
  const waves = (changed?: number) => {
    const one = program(["a", "b", "c", "d"]);
    if (changed !== undefined) one.fleet.hosts[changed]?.allow({ from: "ext", to: "host", service: "tcp/81" });
    one.fleet.rollout({ canary: ["c"], waves: 2 });
    one.spread();
    one.app.synth();
    return one;
  };

  test("a wave waits for the hosts of other stacks, asked by a command, and for its own by Terraform", () => {
    const { outdir } = waves();
    const first = resources(readStack(outdir, "edge-1"), "terraform_data");
    const second = resources(readStack(outdir, "edge-2"), "terraform_data");
    expect(Object.keys(first)).toEqual(["deploy__wave-1", "deploy_a", "deploy_b"]);
    expect(first["deploy_a"]?.depends_on?.[0]).toContain("_wave-1");
    const [{ "local-exec": run } = { "local-exec": { interpreter: [], command: "" } }] = first["deploy__wave-1"]?.provisioner ?? []; // prettier-ignore
    expect([...run.interpreter.slice(2), run.command]).toEqual(["await", "--fleet", "fleet", "--wave", "1", "--beside", "edge-1", "--out", "../.."]); // prettier-ignore
    expect(second["deploy_c"]?.depends_on).toBeUndefined();
    expect(Object.keys(second)).toEqual(["deploy__wave-2", "deploy_c", "deploy_d"]);
    expect(second["deploy__wave-2"]?.depends_on?.[0]).toContain("deploy_c");
  });

  test("a wave is waited for anew when one of its own hosts changes, and only then", () => {
    const digest = (outdir: string) =>
      resources(readStack(outdir, "edge-1"), "terraform_data")["deploy__wave-1"]?.triggers_replace?.["hosts"];
    const first = digest(waves().outdir);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(digest(waves().outdir)).toBe(first);
    expect(digest(waves(2).outdir)).toBe(first);
    expect(digest(waves(1).outdir)).not.toBe(first);
  });

  test("the command that deploys knows the fleet's order, whatever the stacks are called", () => {
    const { outdir } = waves();
    const parts = ["edge-1", "edge-2"].map((stack) => readStackFile(join(outdir, "stacks", stack))?.fleets[0]);
    expect(parts.map((part) => [part?.hosts, part?.places])).toEqual([
      [
        ["a", "b"],
        [0, 1],
      ],
      [
        ["c", "d"],
        [2, 3],
      ],
    ]);
  });
});
