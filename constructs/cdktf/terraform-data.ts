import { TerraformResource, type TerraformMetaArguments } from "cdktf";
import type { Construct } from "constructs";

export interface TerraformDataConfig extends TerraformMetaArguments {
  /** Where one of these changes, Terraform replaces the resource, and its provisioners run again. */
  readonly triggersReplace: Readonly<Record<string, string>>;
}

/**
 * The resource `terraform_data`, which is built into Terraform from 1.4 on. cdktf's own class for it starts `terraform`
 * once for every instance in every synth: 113 s for 1,000 of them.
 */
export class TerraformData extends TerraformResource {
  readonly #triggersReplace: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { triggersReplace, ...meta }: TerraformDataConfig) {
    super(scope, id, {
      ...meta,
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
    });
    this.#triggersReplace = triggersReplace;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { triggers_replace: this.#triggersReplace };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return {
      triggers_replace: { value: this.#triggersReplace, isBlock: false, type: "map", storageClassType: "stringMap" },
    };
  }
}
