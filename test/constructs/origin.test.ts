import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const constructs = JSON.stringify(resolve("constructs/index.ts"));

/** Long types above, which a compiler removes, so that lines are right only where they are mapped. */
const PROGRAM = `
interface Removed {
  a: string;
  b: string;
}

import { Address, Fleet, Host, Service } from ${constructs};
import { RootConstruct } from ${JSON.stringify(resolve("node_modules/constructs"))};
import { baseline } from "shared-rules";

const fleet = new Fleet(new RootConstruct() as never, "fleet");
const office = new Address(fleet, "office", { v4: "10.0.0.1" });
const host = new Host(fleet, "a", { address: "x" } satisfies object as Partial<Removed>);
const ext = host.addZone(
  "ext",
  { interfaces: ["eth0"] },
);
for (const service of [Service.SSH, "http"])
  host.allow({ from: ext, to: host, service });
baseline(host);
const deep = (n: number): void => (n === 0 ? host.drop({ from: ext, to: host }) : deep(n - 1));
deep(20);
const [policy] = fleet.policies();
console.log(JSON.stringify([
  office.origin,
  policy!.zones[0]!.origin,
  policy!.zones[0]!.interfaces[0]!.origin,
  ...policy!.entries.map((entry) => entry.origin),
]));
`;

const SHARED = `exports.baseline = (host) => {\n  host.allow({ from: "ext", to: "host", service: "dns" });\n};\n`;

describe("a declaration knows its file and line", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkfw-origin-"));
  const shared = join(folder, "node_modules", "shared-rules");
  mkdirSync(shared, { recursive: true });
  writeFileSync(join(shared, "index.js"), SHARED);
  writeFileSync(join(folder, "main.ts"), PROGRAM);
  writeFileSync(join(folder, "package.json"), "{}");
  const tsx = resolve("node_modules/tsx/dist/cli.mjs");
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["run by tsx", [tsx, "main.ts"]],
    [
      "run inside of a program that loads it",
      [
        "-e",
        `process.setSourceMapsEnabled(true); const t = require(${JSON.stringify(resolve("node_modules/tsx/dist/cjs/api/index.cjs"))}); t.register(); t.require("./main.ts", process.cwd() + "/x.js")`,
      ],
    ],
  ])("%s", (_, args) => {
    const output = execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const places = (JSON.parse(output) as { file: string; line: number }[]).map(
      ({ file, line }) => `${file}:${String(line)}`,
    );
    expect(places).toEqual([
      "main.ts:12",
      "main.ts:14",
      "main.ts:14",
      "main.ts:19",
      "main.ts:19",
      "main.ts:20",
      "main.ts:21",
    ]);
  });
});
