import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCounters } from "../../../lib/report/read-counters";

const folder = mkdtempSync(join(tmpdir(), "counters-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, "counters.json");
  writeFileSync(file, text);
  return readCounters(file);
}

test("a counter by host and path; shared ones say of how many; a silent host has none", () => {
  const entries = [
    { path: "a", words: "", packets: 3, bytes: 120 },
    { path: "b", words: "", packets: 1, bytes: 40, with: ["c", "d"] },
  ];
  const counters = read(
    JSON.stringify([
      { host: "h1", entries },
      { host: "h2", error: {} },
    ]),
  );
  expect(counters.get("h1")?.get("a")).toEqual({ packets: 3, bytes: 120 });
  expect(counters.get("h1")?.get("b")).toEqual({ packets: 1, bytes: 40, shared: 3 });
  expect(counters.get("h2")?.size).toBe(0);
});

test.each(["{", "{}", "[1]", '[{"host":"h1","entries":[{"path":"a"}]}]'])("%s is refused with the cure", (text) => {
  expect(() => read(text)).toThrow(/holds no counters/);
});
