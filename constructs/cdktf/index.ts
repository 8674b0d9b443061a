/** What a program imports from `cdkfw/cdktf`. `docs/terraform.md` tells what it all means. */
export { FleetDeployment, type FleetDeploymentProps } from "./fleet-deployment";
export { FleetStacks, type FleetStacksProps } from "./fleet-stacks";
export type { PlanDetail } from "./plan-detail";
export type { Trigger } from "./trigger";
