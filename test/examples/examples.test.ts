import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RootConstruct } from "constructs";
import { Inventory, levelOf, printFinding, type Fleet } from "../../constructs";
import { containerFleet } from "../../examples/containers/fleet";
import { edgeFleet } from "../../examples/edge/fleet";
import { sitesFleet } from "../../examples/stacks/fleet";
import { reviewPolicy } from "../../lib/analysis/review-policy";

const EXAMPLES: Readonly<Record<string, (scope: RootConstruct, inventory: Inventory) => Fleet>> = {
  containers: containerFleet,
  edge: edgeFleet,
  stacks: sitesFleet,
};

test("every example is looked at", () => expect(readdirSync("examples").sort()).toEqual(Object.keys(EXAMPLES)));

test.each(Object.entries(EXAMPLES))("examples/%s: nothing is wrong with it, and no rule is for nothing", (name, of) => {
  const fleet = of(new RootConstruct(), Inventory.fromFile(join("examples", name, "inventory.yaml")));
  const findings = fleet.policies().flatMap((policy) => reviewPolicy(policy));
  expect(findings.filter((one) => levelOf(one) !== "note").map(printFinding)).toEqual([]);
});
