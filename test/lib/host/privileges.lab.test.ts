import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { applyOnly, deploy, pendingGone, statusOf } from "../../fixtures/deployment";
import { addUser, mustExec } from "../../fixtures/sshd";

/** The rule of SECURITY.md for who only watches, as it stands there. */
const RULE = /^Cmnd_Alias [^`]*/m.exec(readFileSync(join(__dirname, "../../../SECURITY.md"), "utf8"))?.[0] ?? "";

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
  await deploy(host, { backend: "nftables" });
  await addUser(host, "monitor", { uid: 2001, authorizedKeys: [], sudoers: RULE.trim() });
  await mustExec(host, "visudo -c -f /etc/sudoers.d/monitor >&2");
});
afterAll(() => lab?.stop());

const RUNTIME = "/usr/local/lib/cdkfw/cdkfw-host";
const asMonitor = (command: string): ReturnType<LabHost["exec"]> =>
  host.exec(["setpriv", "--reuid=2001", "--regid=2001", "--clear-groups", "sh", "-c", command]);

test.each(["status", "history", "policy", "drift", "counters"])("%s: may be read", async (what) => {
  const { code, stdout } = await asMonitor(`sudo -n ${RUNTIME} ${what} -`);
  expect({ code, end: stdout.trim().split("\n").at(-1) }).toEqual({ code: 0, end: "@cdkfw:- end 0" });
});

test.each([
  `${RUNTIME} rollback -`,
  `${RUNTIME} teardown - me`,
  `${RUNTIME} boot`,
  `${RUNTIME} revert - 0123456789abcdef n 5 me 22`,
  `${RUNTIME} status - extra`,
  `/bin/sh ${RUNTIME} status -`,
  "/bin/sh",
])("%s: may not", async (command) => {
  const { code, stderr } = await asMonitor(`sudo -n ${command}`);
  expect(code).toBe(1);
  expect(stderr).toMatch(/password is required|not allowed/);
});

test("without sudo there is nothing to read", async () => {
  for (const file of [RUNTIME, "/var/lib/cdkfw/history", "/run/cdkfw/ended"]) {
    expect((await asMonitor(`cat ${file}`)).code).not.toBe(0);
  }
});

test("looking on does not end a change that still waits", async () => {
  await applyOnly(host, { backend: "nftables", web: 81 }, 8);
  expect((await asMonitor(`sudo -n ${RUNTIME} status -`)).stdout).toContain("state pending");
  await pendingGone(host);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
});
