import { execFile, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const isThere = spawnSync("terraform", ["version"]).status === 0;

/** A suite that needs Terraform: it fails in CI where there is none, and is left out elsewhere. */
export function describeWithTerraform(name: string, suite: () => void): void {
  if (isThere) {
    describe(name, suite);
    return;
  }
  if (process.env["CI"] === "true") {
    test(`${name}: Terraform is not installed, and CI=true wants this suite to run`, () => expect(isThere).toBe(true));
    return;
  }
  console.warn(`TERRAFORM IS NOT INSTALLED: the suite "${name}" is SKIPPED. Install it from terraform.io to run it.`);
  describe.skip(name, suite);
}

export interface Result {
  readonly code: number;
  /** Both streams, in one text. */
  readonly output: string;
  readonly seconds: number;
}

/** Terraform in one stack's folder, offline and without questions. */
export class Terraform {
  constructor(readonly folder: string) {}

  async init(...more: readonly string[]): Promise<void> {
    const { code, output } = await this.#run(["init", "-input=false", "-no-color", ...more]);
    if (code !== 0) throw new Error(`terraform init failed:\n${output}`);
  }

  apply(...more: readonly string[]): Promise<Result> {
    return this.#run(["apply", "-auto-approve", "-input=false", "-no-color", ...more]);
  }

  destroy(): Promise<Result> {
    return this.#run(["destroy", "-auto-approve", "-input=false", "-no-color"]);
  }

  /** Its code is 2 where there are changes, and 0 where there are none. */
  plan(): Promise<Result> {
    return this.#run(["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
  }

  /** Resource → what Terraform remembers of it. The ids' hashes are left out. */
  async state(): Promise<
    Record<string, { readonly isTainted: boolean; readonly attributes: Record<string, unknown> }>
  > {
    const { code, output } = await this.#run(["state", "pull"]);
    if (code !== 0) throw new Error(`terraform state pull failed:\n${output}`);
    const { resources } = JSON.parse(output) as {
      resources: { name: string; instances: { status?: string; attributes: Record<string, unknown> }[] }[];
    };
    const entries = resources.map(({ name, instances: [instance] }) => [
      name.replace(/_[0-9A-F]{8}$/, ""),
      { isTainted: instance?.status === "tainted", attributes: instance?.attributes ?? {} },
    ]);
    return Object.fromEntries(entries) as Awaited<ReturnType<Terraform["state"]>>;
  }

  #run(args: readonly string[]): Promise<Result> {
    // The user's own settings, such as a mirror for providers, have no say here.
    const settings = join(this.folder, "terraform.rc");
    if (!existsSync(settings)) writeFileSync(settings, "");
    const ours = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_CLI_CONFIG_FILE: resolve(settings) };
    const options = { cwd: this.folder, env: { ...process.env, ...ours }, timeout: 120_000 };
    const begin = performance.now();
    return new Promise((done) => {
      execFile("terraform", [...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        const output = `${stdout}${stderr}`;
        done({ code, output, seconds: (performance.now() - begin) / 1000 });
      });
    });
  }
}
