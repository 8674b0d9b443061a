import { Inventory } from "cdkfw";
import { RootConstruct } from "constructs";
import { edgeFleet } from "./fleet";

// Without Terraform: `cdkfw deploy --policy examples/edge/firewall.ts`.
const inventory = Inventory.fromFile(process.env["CDKFW_INVENTORY"] ?? "examples/edge/inventory.yaml");

export default edgeFleet(new RootConstruct(), inventory);
