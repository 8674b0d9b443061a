import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The border rules that files with one import each break. */
function lint(cases: readonly (readonly [file: string, source: string])[]): string[][] {
  const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, "lint.mjs")], {
    cwd: join(__dirname, "../.."),
    input: JSON.stringify(cases),
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

const FOLDER = "boundaries/element-types";
const PACKAGE = "boundaries/external";

const FORBIDDEN: readonly (readonly [why: string, file: string, source: string, rule: string])[] = [
  ["the model knows nobody", "lib/model/x.ts", "../compile/compile", FOLDER],
  ["the model does not know constructs", "lib/model/x.ts", "../../constructs/host", FOLDER],
  ["constructs do not compile", "constructs/x.ts", "../lib/compile/compile", FOLDER],
  ["constructs do not know the adapter", "constructs/x.ts", "./cdktf/index", FOLDER],
  ["compiling does not render", "lib/compile/x.ts", "../render/iptables/render", FOLDER],
  ["rendering does not bundle", "lib/render/iptables/x.ts", "../../bundle/write", FOLDER],
  ["bundling does not compile", "lib/bundle/x.ts", "../compile/compile", FOLDER],
  ["a synth does not deploy", "lib/synth/x.ts", "../deploy/handshake", FOLDER],
  ["what runs on the host knows nobody", "lib/host/x.ts", "../model/policy", FOLDER],
  ["SSH does not know bundles", "lib/remote/x.ts", "../bundle/read", FOLDER],
  ["a deploy does not compile", "lib/deploy/x.ts", "../compile/compile", FOLDER],
  ["a deploy does not know constructs", "lib/deploy/x.ts", "../../constructs/host", FOLDER],
  ["the library does not know the command", "lib/deploy/x.ts", "../../bin/exit", FOLDER],
  ["the library does not know the tests", "lib/compile/x.ts", "../../test/fixtures/policy", FOLDER],
  ["matchers do not deploy", "testing/x.ts", "../lib/deploy/handshake", FOLDER],
  ["constructs do not know cdktf", "constructs/x.ts", "cdktf", PACKAGE],
  ["constructs do not know zod", "constructs/x.ts", "zod", PACKAGE],
  ["the model does not know constructs' package", "lib/model/x.ts", "constructs", PACKAGE],
  ["compiling needs no package", "lib/compile/x.ts", "zod", PACKAGE],
  ["rendering needs no package", "lib/render/iptables/x.ts", "ipaddr.js", PACKAGE],
  ["only remote speaks SSH", "lib/deploy/x.ts", "ssh2", PACKAGE],
  ["only the command has colours", "lib/deploy/x.ts", "picocolors", PACKAGE],
  [
    "a folder that the borders do not know is no place for code",
    "lib/utils/x.ts",
    "node:fs",
    "boundaries/no-unknown-files",
  ],
];

const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ["constructs/x.ts", "../lib/model/policy"],
  ["constructs/x.ts", "constructs"],
  ["constructs/cdktf/x.ts", "cdktf"],
  ["constructs/cdktf/x.ts", "../../lib/synth/synthesize"],
  ["lib/compile/x.ts", "../model/policy"],
  ["lib/render/iptables/x.ts", "../../compile/ruleset"],
  ["lib/bundle/x.ts", "node:fs"],
  ["lib/synth/x.ts", "../render/iptables/render"],
  ["lib/deploy/x.ts", "../remote"],
  ["bin/x.ts", "../lib/deploy/handshake"],
  ["testing/x.ts", "../lib/analysis/reviewed"],
  ["test/x.ts", "../lib/deploy/handshake"],
];

describe("an import against the borders fails the lint", () => {
  const answers = lint([...FORBIDDEN.map(([, file, source]) => [file, source] as const), ...ALLOWED]);

  it.each(FORBIDDEN.map((one, index) => [...one, index] as const))(
    "%s: %s may not import %s",
    (_why, _file, _source, rule, index) => expect(answers[index]).toContain(rule),
  );

  it.each(ALLOWED.map((one, index) => [...one, index] as const))("%s may import %s", (_file, _source, index) =>
    expect(answers[FORBIDDEN.length + index]).toEqual([]),
  );
});
