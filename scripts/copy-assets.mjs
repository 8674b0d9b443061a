// Copies what tsc leaves behind, the host's shell runtime and the sandbox's scripts, beside the compiled code.
import { chmodSync, cpSync } from "node:fs";

for (const folder of ["lib/host", "lib/sandbox"]) {
  cpSync(folder, `dist/${folder}`, { recursive: true, filter: (path) => !path.endsWith(".ts") });
}
chmodSync("dist/bin/cdkfw.js", 0o755);
