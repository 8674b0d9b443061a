// Bundles the report's page, which runs in a browser, into one script beside the compiled code.
import { copyFileSync, mkdirSync } from "node:fs";
import { buildSync } from "esbuild";

mkdirSync("dist/lib/report", { recursive: true });
buildSync({
  entryPoints: ["lib/report/page/main.tsx"],
  outfile: "dist/lib/report/page.js",
  tsconfig: "lib/report/page/tsconfig.json",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
});
copyFileSync("lib/report/page/style.css", "dist/lib/report/page.css");
