import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

// The borders of the house: which folder may import which other one, and which packages it may know.
// docs/architecture.md gives the reasons. An import that is not listed here fails the lint.
const stages = [
  {
    folder: "constructs/cdktf",
    may: ["constructs", "lib/synth", "lib/model"],
    packages: ["constructs", "cdktf", "@cdktf/provider-null"],
  },
  { folder: "constructs", may: ["lib/model"], packages: ["constructs"] },
  {
    folder: "testing",
    may: ["constructs", "lib/model", "lib/countries", "lib/compile", "lib/analysis"],
    packages: [],
  },
  { folder: "lib/model", may: [], packages: ["zod", "yaml", "ipaddr.js", "fastest-levenshtein"] },
  { folder: "lib/compile", may: ["lib/model"], packages: [] },
  { folder: "lib/countries", may: ["lib/model"], packages: [] },
  { folder: "lib/render", may: ["lib/compile", "lib/model"], packages: [] },
  { folder: "lib/analysis", may: ["lib/compile", "lib/model"], packages: [] },
  { folder: "lib/bundle", may: ["lib/model"], packages: ["zod"] },
  {
    folder: "lib/synth",
    may: ["lib/model", "lib/countries", "lib/compile", "lib/analysis", "lib/render", "lib/bundle"],
    packages: [],
  },
  { folder: "lib/report/page", may: ["lib/report", "lib/analysis"], packages: ["preact", "preact/hooks"] },
  { folder: "lib/report", may: ["lib/model", "lib/compile", "lib/analysis", "lib/bundle"], packages: [] },
  { folder: "lib/host", may: [], packages: [] },
  { folder: "lib/remote", may: ["lib/model"], packages: ["ssh2", "ssh-config"] },
  { folder: "lib/deploy", may: ["lib/remote", "lib/bundle", "lib/host", "lib/model"], packages: [] },
  { folder: "lib/import", may: ["lib/model", "lib/project"], packages: ["yaml"] },
  { folder: "lib/project", may: ["lib/model"], packages: [] },
  { folder: "lib/sandbox", may: ["lib/model"], packages: ["ssh2"] },
  {
    folder: "bin",
    may: ["constructs", "lib/*"],
    packages: ["constructs", "commander", "picocolors", "diff", "tsx", "tsx/cjs/api"],
  },
];

const everywhere = ["examples", "test", "scripts"];

export default tseslint.config(
  { ignores: ["dist", "cdktf.out", "node_modules", "**/*.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { boundaries },
    settings: {
      "import/resolver": { typescript: { project: "tsconfig.json" } },
      // The first that fits counts: test/lib/remote is `test`, not `lib/remote`.
      "boundaries/elements": [
        ...everywhere.map((folder) => ({ type: folder, pattern: `${folder}/**`, mode: "full" })),
        ...stages.map(({ folder }) => ({ type: folder, pattern: `${folder}/**`, mode: "full" })),
      ],
    },
    rules: {
      "boundaries/element-types": [
        "error",
        {
          default: "disallow",
          message: "${file.type} may not import ${dependency.type}: see the borders in eslint.config.mjs",
          rules: [
            ...stages.map(({ folder, may }) => ({ from: folder, allow: [folder, ...may] })),
            { from: everywhere, allow: ["*", "*/*"] },
          ],
        },
      ],
      "boundaries/external": [
        "error",
        {
          default: "disallow",
          message: "${file.type} may not use the package ${dependency.source}: see the borders in eslint.config.mjs",
          rules: [
            { from: "*", allow: ["node:*"] },
            { from: "*/*", allow: ["node:*"] },
            ...stages.map(({ folder, packages }) => ({ from: folder, allow: packages })),
            { from: everywhere, allow: ["*", "@*/*", "*/*"] },
          ],
        },
      ],
      "boundaries/no-unknown-files": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
          message: "Write `import * as z`: of that, the bundle of `cdkfw apply` keeps only what is used.",
        },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: { module: "writable", require: "readonly", process: "readonly", console: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
