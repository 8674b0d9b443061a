import { spawnSync } from "node:child_process";
import { join } from "node:path";

test("the simulated hosts of the benchmark speak as hosts do", () => {
  const args = ["--import", "tsx", join(__dirname, "simulation-once.ts"), "20", "10"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ dead: 0 });
});
