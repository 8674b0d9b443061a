import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The version that cdktf's package for the null provider asks for. */
const VERSION = "3.2.4";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Puts the stand-in where Terraform looks before it goes to the registry: `terraform.d/plugins`, in its folder. */
export function installNullProvider(stackFolder: string): void {
  const platform = `${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`;
  const path = ["terraform.d", "plugins", "registry.terraform.io", "hashicorp", "null", VERSION, platform];
  const folder = join(stackFolder, ...path);
  mkdirSync(folder, { recursive: true });
  const loader = require.resolve("tsx/cjs");
  const program = resolve(__dirname, "null-provider.ts");
  const script = `#!/bin/sh\nexec node --require '${loader}' '${program}'\n`;
  writeFileSync(join(folder, `terraform-provider-null_v${VERSION}`), script, { mode: 0o755 });
}
