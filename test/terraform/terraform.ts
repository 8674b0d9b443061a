import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeWith, type Needed } from "./needed";
import { Session, type Result } from "./session";

const TERRAFORM: Needed = {
  name: "Terraform",
  isThere: spawnSync("terraform", ["version"]).status === 0,
  cure: "Install it from terraform.io to run it.",
  isInCi: true,
};

export const describeWithTerraform = (name: string, suite: () => void): void => describeWith(TERRAFORM, name, suite);

/** Terraform in one stack's folder, offline and without questions, but for what `start` starts. */
export class Terraform {
  /** `env` is what it finds in its environment beside the test's own, such as a backend's credentials. */
  constructor(
    readonly folder: string,
    readonly env: Readonly<Record<string, string>> = {},
  ) {}

  async init(...more: readonly string[]): Promise<void> {
    const { code, output } = await this.run(["init", "-input=false", "-no-color", ...more]);
    if (code !== 0) throw new Error(`terraform init failed:\n${output}`);
  }

  apply(...more: readonly string[]): Promise<Result> {
    return this.run(["apply", "-auto-approve", "-input=false", "-no-color", ...more]);
  }

  destroy(): Promise<Result> {
    return this.run(["destroy", "-auto-approve", "-input=false", "-no-color"]);
  }

  /** Its code is 2 where there are changes, and 0 where there are none. */
  plan(...more: readonly string[]): Promise<Result> {
    return this.run(["plan", "-input=false", "-no-color", "-detailed-exitcode", ...more]);
  }

  /** Resource → what Terraform remembers of it. The ids' hashes are left out. */
  async state(): Promise<
    Record<string, { readonly isTainted: boolean; readonly attributes: Record<string, unknown> }>
  > {
    const { code, output } = await this.run(["state", "pull"]);
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

  run(words: readonly string[]): Promise<Result> {
    const session = this.start(words);
    session.answer();
    return session.end;
  }

  /** Starts a command that may ask, and leaves it to the test to answer. */
  start(words: readonly string[]): Session {
    // The user's own settings, such as a mirror for providers, have no say here.
    const settings = join(this.folder, "terraform.rc");
    if (!existsSync(settings)) writeFileSync(settings, "");
    const ours = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_CLI_CONFIG_FILE: resolve(settings) };
    const env = { ...process.env, ...ours, ...this.env };
    return new Session(spawn("terraform", [...words], { cwd: this.folder, env, stdio: "pipe" }));
  }
}
