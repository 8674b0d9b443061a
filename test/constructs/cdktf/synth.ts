import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { Fleet, Host, Service, type HostProps } from "cdkfw";
import { FleetDeployment, type FleetDeploymentProps } from "cdkfw/cdktf";
import { App, LocalBackend, TerraformStack } from "cdktf";

const folders: string[] = [];

/** An output folder inside the project, as users have it. */
export function outputFolder(): string {
  mkdirSync(".cdkfw", { recursive: true });
  const folder = mkdtempSync(join(".cdkfw", "cdktf-test-"));
  folders.push(folder);
  return folder;
}

export function removeOutputFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface StackJson {
  readonly resource?: Record<string, Record<string, ResourceJson>>;
  readonly provider?: Record<string, unknown[]>;
  readonly terraform: Record<string, unknown>;
}

export interface ResourceJson {
  readonly triggers?: Record<string, string>;
  readonly triggers_replace?: Record<string, string>;
  readonly depends_on?: string[];
  readonly provisioner: readonly { readonly "local-exec": LocalExec }[];
  readonly [key: string]: unknown;
}

export interface LocalExec {
  readonly command: string;
  readonly interpreter: readonly string[];
  readonly when?: string;
}

export interface Try {
  readonly app: App;
  readonly stack: TerraformStack;
  readonly fleet: Fleet;
  readonly outdir: string;
}

/** An app with one stack and an empty fleet. The default backend would put an absolute path into the JSON. */
export function tryApp(context: Record<string, unknown> = {}, outdir = outputFolder()): Try {
  const app = new App({ outdir, context });
  const stack = new TerraformStack(app, "edge");
  new LocalBackend(stack, { path: "terraform.tfstate" });
  return { app, stack, fleet: new Fleet(stack, "fleet"), outdir };
}

export function addHost(fleet: Fleet, name: string, props: HostProps = {}): Host {
  const host = new Host(fleet, name, { address: "192.0.2.1", ...props });
  const ext = host.addZone("ext", { interfaces: ["eth0"] });
  host.allow({ from: ext, to: host, service: props.port === undefined ? Service.SSH : `tcp/${props.port}` });
  return host;
}

export function deploy({ stack, fleet }: Try, props: Partial<FleetDeploymentProps> = {}): FleetDeployment {
  return new FleetDeployment(stack, "deploy", { fleet, ...props });
}

export function synthesized({ app, outdir }: Try, stack = "edge"): StackJson {
  app.synth();
  return readStack(outdir, stack);
}

export function readStack(outdir: string, stack = "edge"): StackJson {
  return JSON.parse(readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8")) as StackJson;
}

/** The resources of one type, by the first part of the path that is not the deployment. */
export function resources(json: StackJson, type = "null_resource"): Record<string, ResourceJson> {
  const found = Object.entries(json.resource?.[type] ?? {});
  return Object.fromEntries(found.map(([id, resource]) => [id.replace(/_[0-9A-F]{8}$/, ""), resource]));
}

/** What a plan shows of a host's firewall: Terraform reads the words from a file beside the JSON. */
export function shownPolicy({ outdir }: Try, resource: ResourceJson | undefined): string {
  const policy = resource?.triggers?.["policy"] ?? "";
  const [, path = policy] = /^\$\{chomp\(file\("(.+)"\)\)\}$/.exec(policy) ?? [];
  return readFileSync(join(outdir, "stacks", "edge", path), "utf8").replace(/\n$/, "");
}

/** All files below a folder with their contents, by their relative path. */
export function filesBelow(folder: string): Record<string, string> {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).sort().map((name) => join(folder, name));
  const files = paths.filter((path) => statSync(path).isFile());
  return Object.fromEntries(files.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
