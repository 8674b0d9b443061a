// Joins `cdkfw apply` and all that it needs into one file, in the place of the compiled one: Terraform starts a process
// for each host, and reading some three hundred modules took longer than the first login.
import { build } from "esbuild";

/** The runtime finds the host's script beside itself, so that it stays a file of its own. */
const besideItself = {
  name: "host runtime",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/host\/runtime$/ }, () => ({ path: "../../lib/host/runtime.js", external: true }));
  },
};

await build({
  entryPoints: ["bin/commands/apply.ts"],
  outfile: "dist/bin/commands/apply.js",
  allowOverwrite: true,
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  // commander is the program's own, and ssh2 does without the others.
  external: ["commander", "cpu-features", "*.node"],
  plugins: [besideItself],
});
