import { Inventory } from "cdkfw";
import { RootConstruct } from "constructs";
import { containerFleet } from "./fleet";

// `cdkfw deploy --policy examples/containers/firewall.ts`
const inventory = Inventory.fromFile(process.env["CDKFW_INVENTORY"] ?? "examples/containers/inventory.yaml");

export default containerFleet(new RootConstruct(), inventory);
