import { Inventory } from "cdkfw";
import { FleetStacks } from "cdkfw/cdktf";
import { App } from "cdktf";
import { join } from "node:path";
import { BACKENDS, type BackendName } from "../../../examples/stacks/backend";
import { sitesFleet } from "../../../examples/stacks/fleet";
import { outputFolder, readStack, removeOutputFolders } from "./synth";

afterEach(removeOutputFolders);

test.each<[BackendName, object]>([
  ["s3", { backend: { s3: { bucket: "example-firewalls", key: "sites-2.tfstate", region: "eu-central-1", encrypt: true, use_lockfile: true } } }], // prettier-ignore
  ["postgresql", { backend: { pg: { conn_str: "postgres://db.example.net/terraform", schema_name: "sites-2" } } }],
  ["cloud", { cloud: { organization: "example", workspaces: { name: "sites-2" } } }],
  ["local", { backend: { local: { path: "terraform.tfstate" } } }],
])("examples/stacks with its state in %s: a state of its own for each stack, and no secret", (name, expected) => {
  const outdir = outputFolder();
  const app = new App({ outdir });
  new FleetStacks(app, "sites", {
    fleet: sitesFleet(app, Inventory.fromFile("examples/stacks/inventory.yaml")),
    size: 2,
    file: join(outdir, "sites.stacks.json"),
    frozen: false,
    trigger: "terraform_data",
    prepare: BACKENDS[name],
  });
  app.synth();
  expect(readStack(outdir, "sites-2").terraform).toMatchObject(expected);
});
