import type { LocalExecProvisioner, TerraformMetaArguments, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { UserError } from "../index";
import type * as NullPackage from "./null-resource";
import { TerraformData } from "./terraform-data";

/**
 * The resource that stands for a host in Terraform: `null_resource` needs the null provider, which `terraform init`
 * downloads; `terraform_data` is built into Terraform from 1.4 on.
 */
export type Trigger = "null_resource" | "terraform_data";

export const TRIGGERS: readonly Trigger[] = ["null_resource", "terraform_data"];

/** The context key that decides where a program does not. */
export const TRIGGER_CONTEXT = "cdkfw:trigger";

export interface TriggerConfig extends Pick<TerraformMetaArguments, "dependsOn"> {
  /** Where one of these changes, the resource is replaced. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly provisioner?: LocalExecProvisioner;
}

/** A resource that does nothing but run its provisioner, if it has one. */
export function createTrigger(kind: Trigger, scope: Construct, id: string, config: TriggerConfig): TerraformResource {
  const { triggers, provisioner, ...meta } = config;
  const common = { ...meta, ...(provisioner !== undefined && { provisioners: [provisioner] }) };
  switch (kind) {
    case "terraform_data":
      return new TerraformData(scope, id, { ...common, triggersReplace: triggers });
    case "null_resource":
      return new (nullProviderPackage().NullResource)(scope, id, { ...common, triggers });
  }
}

/** Adds to the stack what resources of this kind need. */
export function ensureProvider(kind: Trigger, scope: Construct): void {
  if (kind === "null_resource") nullProviderPackage().ensureNullProvider(scope);
}

/** Loaded when it is needed: programs that use `terraform_data` need not install it. */
function nullProviderPackage(): typeof NullPackage {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
    return require("./null-resource") as typeof NullPackage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new UserError(
      "missing-package",
      "the trigger `null_resource` needs the package `@cdktf/provider-null`, which is not installed",
      'Run `npm install @cdktf/provider-null`, or choose the trigger "terraform_data".',
    );
  }
}
