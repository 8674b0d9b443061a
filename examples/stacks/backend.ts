import { CloudBackend, LocalBackend, NamedCloudWorkspace, PgBackend, S3Backend, type TerraformStack } from "cdktf";

/**
 * Where each stack's state is, with a lock, so that several people and runners can deploy. Credentials come from the
 * environment (AWS_…, PGUSER and PGPASSWORD, TF_TOKEN_…): what is written here stands in the stack's JSON.
 */
export const BACKENDS = {
  /** The lock is an object beside the state, from Terraform 1.10 on. */
  s3: (stack: TerraformStack): void => {
    const facts = {
      bucket: "example-firewalls",
      key: `${stack.node.id}.tfstate`,
      region: "eu-central-1",
      encrypt: true,
    };
    new S3Backend(stack, facts).addOverride("use_lockfile", true);
  },
  /** The lock is an advisory one of the database. Make the states of new stacks first: see docs/terraform.md. */
  postgresql: (stack: TerraformStack): void => {
    new PgBackend(stack, { connStr: "postgres://db.example.net/terraform", schemaName: stack.node.id });
  },
  /** A workspace for each stack. Let it execute locally: the hosts are reached from here. */
  cloud: (stack: TerraformStack): void => {
    new CloudBackend(stack, { organization: "example", workspaces: new NamedCloudWorkspace(stack.node.id) });
  },
  /** On this machine, for who deploys alone. */
  local: (stack: TerraformStack): void => {
    new LocalBackend(stack, { path: "terraform.tfstate" });
  },
} as const;

export type BackendName = keyof typeof BACKENDS;

export function isBackend(name: string): name is BackendName {
  return Object.hasOwn(BACKENDS, name);
}
