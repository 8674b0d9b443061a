import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

export { Resource as NullResource };

/** Gives a stack the null provider, unless the program has done so. Two without an alias are an error of Terraform. */
export function ensureNullProvider(scope: Construct): void {
  const stack = TerraformStack.of(scope);
  const isThere = stack.node
    .findAll()
    .some((one) => NullProvider.isTerraformProvider(one) && isNullProvider(one) && one.alias === undefined);
  if (!isThere) new NullProvider(scope, "_null");
}

function isNullProvider({ terraformResourceType }: { terraformResourceType: string }): boolean {
  return terraformResourceType === "null";
}
