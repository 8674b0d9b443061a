import { Inventory } from "cdkfw";
import { FleetDeployment } from "cdkfw/cdktf";
import { App, TerraformStack } from "cdktf";
import { edgeFleet } from "./fleet";

// With Terraform: `cdktf diff` and `cdktf deploy`.
const app = new App();
const stack = new TerraformStack(app, "edge");

const file: unknown = app.node.tryGetContext("inventory");
const inventory = Inventory.fromFile(String(file ?? process.env["CDKFW_INVENTORY"] ?? "examples/edge/inventory.yaml"));

const fleet = edgeFleet(stack, inventory);
new FleetDeployment(stack, "deploy", { fleet });

app.synth();
