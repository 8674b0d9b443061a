import { Inventory } from "cdkfw";
import { FleetStacks } from "cdkfw/cdktf";
import { App } from "cdktf";
import { BACKENDS, isBackend } from "./backend";
import { sitesFleet } from "./fleet";

// A fleet over stacks of 100 hosts: `STATE=s3 cdktf deploy 'sites-*' --auto-approve`.
const app = new App();
const inventory = Inventory.fromFile(process.env["CDKFW_INVENTORY"] ?? "examples/stacks/inventory.yaml");

const state = process.env["STATE"] ?? "local";
if (!isBackend(state)) throw new Error(`STATE is \`${state}\`. Allowed: ${Object.keys(BACKENDS).join(", ")}.`);

new FleetStacks(app, "sites", {
  fleet: sitesFleet(app, inventory),
  file: "examples/stacks/sites.stacks.json",
  prepare: BACKENDS[state],
});

app.synth();
