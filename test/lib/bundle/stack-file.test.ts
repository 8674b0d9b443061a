import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile, writeStackFile } from "../../../lib/bundle/stack-file";
import { rollout } from "../../../lib/model/rollout";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stack-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("what is said of a stack's hosts together is read as it was written", () => {
  const facts = {
    source: "firewall.ts",
    fleets: [
      {
        fleet: "edge/fleet",
        hosts: ["b", "a"],
        places: [4, 7],
        rollout: rollout.parse({ canary: ["a"], pause: "30s" }),
      },
    ],
  };
  expect(readStackFile(folder)).toBeUndefined();
  writeStackFile(folder, facts);
  expect(readStackFile(folder)).toEqual(facts);
});

test("a stack of another policy file is not overwritten, unless that file is gone", () => {
  const [one, other] = ["one.yaml", "other.yaml"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(one, "");
  writeStackFile(folder, { source: one, fleets: [] });
  expect(() => writeStackFile(folder, { source: other, fleets: [] })).toThrow(`was made from \`${one}\``);
  writeStackFile(folder, { source: one, fleets: [] });
  rmSync(one);
  writeStackFile(folder, { source: other, fleets: [] });
  expect(readStackFile(folder)?.source).toBe(other);
});

test.each(["{", '{ "format": 2, "fleets": [] }', '{ "format": 1, "fleets": [], "more": 1 }'])(
  "%s is refused",
  (text) => {
    writeStackFile(folder, { fleets: [] });
    expect(readFileSync(join(folder, "stack.json"), "utf8")).toContain('"format": 1');
    writeFileSync(join(folder, "stack.json"), text);
    expect(() => readStackFile(folder)).toThrow(/can not be read/);
  },
);
