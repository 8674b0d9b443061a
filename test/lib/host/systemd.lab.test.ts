import { settle } from "../../../lib/deploy/settle";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { applyOnly, deploy, ourRules, over, pendingGone, phaseIs, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "sd", init: "systemd" }] });
  host = lab.host("sd");
});
afterAll(() => lab?.stop());

const show = async (unit: string, property: string): Promise<string> =>
  (await mustExec(host, `systemctl show --value -p ${property} ${unit}`)).trim();

test("the unit is enabled with the commit, and not before", async () => {
  const { nonce } = await applyOnly(host, {}, 60);
  expect((await host.exec("systemctl is-enabled cdkfw.service")).code).not.toBe(0);
  expect(await over(host, (login) => settle(login, "confirm", nonce))).toEqual({ ending: "committed" });
  expect((await mustExec(host, "systemctl is-enabled cdkfw.service")).trim()).toBe("enabled");
  expect(await deploy(host)).toMatchObject({ outcome: "unchanged" });
});

test("at boot the rules stand before the network comes up", async () => {
  const before = await ourRules(host);
  await host.reboot();
  expect(await ourRules(host)).toEqual(before);
  expect(await show("cdkfw.service", "ActiveState")).toBe("active");
  const loaded = Number(await show("cdkfw.service", "ActiveEnterTimestampMonotonic"));
  expect(loaded).toBeGreaterThan(0);
  expect(loaded).toBeLessThan(Number(await show("network-pre.target", "ActiveEnterTimestampMonotonic")));
  expect(loaded).toBeLessThan(Number(await show("lab-network.service", "ExecMainStartTimestampMonotonic")));
  expect(await show("cdkfw.service", "Before")).toMatch(/docker\.service/);
  expect(await deploy(host)).toMatchObject({ outcome: "unchanged" });
});

test("the timer is a service: killed, it starts anew, and rolls back in time", async () => {
  const before = await ourRules(host);
  const { nonce } = await applyOnly(host, { web: 81 }, 5);
  const unit = `cdkfw-timer-${nonce}.service`;
  const pid = await show(unit, "MainPID");
  expect(Number(pid)).toBeGreaterThan(1);
  // Not of the login's session, which may take its processes along.
  expect(await show(unit, "Slice")).toBe("system.slice");
  await mustExec(host, `kill -9 ${pid}`);
  await pendingGone(host, 10);
  expect(await ourRules(host)).toEqual(before);
  expect((await mustExec(host, "systemctl list-units --all 'cdkfw-timer-*' --no-legend")).trim()).toMatch(
    /^$|dead|active/,
  );
  expect(await mustExec(host, "journalctl -t cdkfw --no-pager")).toContain("rolled-back generation");
});

test("a policy that keeps the deployer out is rolled back", async () => {
  const before = await ourRules(host);
  expect(await deploy(host, { ssh: "drop", web: 81 })).toMatchObject({ outcome: "rolled-back" });
  expect(await ourRules(host)).toEqual(before);
});

test("a reboot within the window boots the old rules", async () => {
  const before = await ourRules(host);
  const running = deploy(host, { ssh: "drop", web: 81 }, { windowSeconds: 20 });
  await phaseIs(host, "applied");
  await host.reboot();
  expect(await ourRules(host)).toEqual(before);
  expect(await running).toMatchObject({ outcome: "rolled-back" });
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
});

test("`systemctl restart cdkfw` within the window brings back the old rules", async () => {
  const before = await ourRules(host);
  await applyOnly(host, { web: 81 }, 60);
  await mustExec(host, "systemctl restart cdkfw.service");
  expect(await ourRules(host)).toEqual(before);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
});

test("teardown takes the unit away", async () => {
  await teardown(host);
  const left = await mustExec(
    host,
    "systemctl list-unit-files cdkfw.service --no-legend; ls /etc/systemd/system/*.wants",
  );
  expect(left).not.toContain("cdkfw");
  expect(await ourRules(host)).toEqual([]);
});
