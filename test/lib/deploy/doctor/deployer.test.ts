import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examineDeployer, node } from "../../../../lib/deploy/doctor/deployer";

const home = mkdtempSync(join(tmpdir(), "home-"));
const states = async (env: NodeJS.ProcessEnv) =>
  Object.fromEntries((await examineDeployer(env)).map(({ check, state }) => [check, state]));

test("nothing of the machine is a failure but an old Node.js", async () => {
  const bare = { HOME: home, PATH: "/nowhere" };
  expect(await states(bare)).toEqual({ node: "ok", agent: "warn", known_hosts: "warn", terraform: "ok" });
  expect(await states({ ...bare, SSH_AUTH_SOCK: join(home, "none") })).toMatchObject({ agent: "warn" });
  mkdirSync(join(home, ".ssh"));
  writeFileSync(join(home, ".ssh/known_hosts"), "");
  expect(await states(bare)).toMatchObject({ known_hosts: "ok" });
});

test.each([
  ["18.20.1", "fail"],
  ["20.0.0", "ok"],
  ["100.1.0", "ok"],
])("Node.js %s: %s", (version, state) => expect(node(version).state).toBe(state));
