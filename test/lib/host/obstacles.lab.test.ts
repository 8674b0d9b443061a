import { settle } from "../../../lib/deploy/settle";
import type { Outcome } from "../../../lib/deploy/outcome";
import type { HostStatus } from "../../../lib/deploy/status";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { applyOnly, deploy, kernelRules, over, pendingGone, replaceTool, restoreTools, statusOf } from "../../fixtures/deployment"; // prettier-ignore
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;
let old: string[];
let whileLocked: ReturnType<typeof deployWhileLocked>;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "h1" }, { name: "locked" }, { name: "legacy" }, { name: "noisy" }] });
  host = lab.host("h1");
  await deploy(host);
  old = await kernelRules(host);
  whileLocked = deployWhileLocked(lab.host("locked"));
  whileLocked.catch(() => undefined); // its own test tells it
});
afterAll(() => lab?.stop());

/** Takes as long as one waits for the lock: it runs beside the other tests. */
async function deployWhileLocked(
  locked: LabHost,
): Promise<{ before: string[]; outcome: Outcome; status: HostStatus; after: string[] }> {
  await deploy(locked);
  const before = await kernelRules(locked);
  const hold = "echo anna@desk >/run/cdkfw/holder; setsid flock /run/cdkfw/mutex sleep 11 >/dev/null 2>&1 </dev/null &";
  await mustExec(locked, hold);
  const [outcome, status] = await Promise.all([deploy(locked, { web: 81 }), statusOf(locked)]);
  return { before, outcome, status, after: await kernelRules(locked) };
}

/** Nothing was changed, and without the obstacle all goes well. */
async function expectUntouched(): Promise<void> {
  expect(await kernelRules(host)).toEqual(old);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
  expect((await mustExec(host, "ls -A /var/lib/cdkfw/incoming")).trim()).toBe("");
}

describe("a tool is missing: it is named, and nothing is changed", () => {
  test.each([
    ["ipset", "apt-get install ipset"],
    ["iptables-restore", "apt-get install iptables"],
    ["ip6tables-save", "apt-get install iptables"],
    ["flock", "apt-get install util-linux"],
    ["setsid", "apt-get install util-linux"],
    ["sha256sum", "apt-get install coreutils"],
    ["gzip", "Install gzip"],
    ["awk", "apt-get install mawk"],
  ])("%s: %s", async (tool, cure) => {
    await mustExec(host, `mv $(command -v ${tool}) /root/away-${tool}`);
    const outcome = await deploy(host, { web: 81 });
    await mustExec(host, `mv /root/away-${tool} /usr/bin/${tool}`);
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "missing-tools" } });
    expect(outcome.error?.message).toContain(tool);
    expect(outcome.error?.help).toContain(cure);
    await expectUntouched();
  });
});

test("nft is there and does not work: rules of iptables come and go all the same", async () => {
  await replaceTool(host, "nft", "echo no such protocol >&2; exit 1");
  expect(await deploy(host, { web: 81 })).toMatchObject({ outcome: "committed" });
  await applyOnly(host, { web: 82 }, 1);
  await pendingGone(host);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  await restoreTools(host);
  await expectUntouched();
});

describe("there is no room", () => {
  const STATE = "/var/lib/cdkfw";

  test("the disk is full when the texts arrive", async () => {
    await mustExec(
      host,
      `cp -a ${STATE} /root/kept && mount -t tmpfs -o size=1m none ${STATE} && cp -a /root/kept/. ${STATE}`,
    );
    await mustExec(host, `dd if=/dev/zero of=${STATE}/big bs=4k 2>/dev/null; true`);
    const outcome = await deploy(host, { web: 81 });
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "incoming" } });
    expect(outcome.error?.message).toContain("No space left");
    await mustExec(host, `rm ${STATE}/big`);
    await expectUntouched();
  });

  test("the disk is read-only when the texts arrive", async () => {
    await mustExec(host, `mount -o remount,ro ${STATE}`);
    const outcome = await deploy(host, { web: 81 });
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "incoming" } });
    expect(outcome.error?.message).toContain("Read-only");
    await mustExec(host, `mount -o remount,rw ${STATE}`);
    await expectUntouched();
  });

  test.each(["mount -o remount,ro STATE", "dd if=/dev/zero of=STATE/big bs=4k"])(
    "%s when the confirm arrives: rolled back, and told so though no history could be written",
    async (obstacle) => {
      const { nonce } = await applyOnly(host, { web: 81 }, 60);
      await host.exec(obstacle.replace("STATE", STATE));
      const settled = await over(host, (login) => settle(login, "confirm", nonce));
      expect(settled).toMatchObject({ ending: "rolled-back", error: { code: "not-committed" } });
      expect(await over(host, (login) => settle(login, "confirm", nonce))).toMatchObject({ ending: "rolled-back" });
      await mustExec(host, `mount -o remount,rw ${STATE}; rm -f ${STATE}/big`);
      await expectUntouched();
    },
  );

  test("the disk is read-only when a rollback is asked for: done, and told so", async () => {
    const { nonce } = await applyOnly(host, { web: 81 }, 60);
    await mustExec(host, `mount -o remount,ro ${STATE}`);
    const settled = await over(host, (login) => settle(login, "rollback", nonce));
    await mustExec(host, `mount -o remount,rw ${STATE}`);
    expect(settled).toEqual({ ending: "rolled-back" });
    await expectUntouched();
  });

  test("the boot files can not be written: rolled back rather than gone at the next boot", async () => {
    await mustExec(host, "mount -t tmpfs none /etc/rc.boot.d && mount -o remount,ro /etc/rc.boot.d");
    const outcome = await deploy(host, { web: 81 });
    await mustExec(host, "umount /etc/rc.boot.d");
    expect(outcome).toMatchObject({ outcome: "rolled-back", error: { code: "not-committed" } });
    await expectUntouched();
  });

  test("/run is full: no change begins, and one that is pending is still rolled back", async () => {
    await mustExec(host, "mount -t tmpfs -o size=128k none /run/cdkfw");
    await applyOnly(host, { web: 81 }, 3);
    await host.exec("dd if=/dev/zero of=/run/cdkfw/big bs=4k");
    await pendingGone(host, 10);
    await expectUntouched();
    await host.exec("dd if=/dev/zero of=/run/cdkfw/bigger bs=1k");
    const outcome = await deploy(host, { web: 81 });
    await mustExec(host, "umount -l /run/cdkfw"); // the timer may still look once
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "disk" } });
    await expectUntouched();
  });

  test("afterwards all goes well", async () => {
    expect(await deploy(host, { web: 81 })).toMatchObject({ outcome: "committed" });
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    await mustExec(host, `umount ${STATE}`);
  });
});

test("another process holds the lock: who does is told, also by status, and nothing waits for ever", async () => {
  const { before, outcome, status, after } = await whileLocked;
  expect(outcome).toMatchObject({ outcome: "failed", error: { code: "lock-held" } });
  expect(outcome.error?.message).toContain("anna@desk");
  expect(status).toMatchObject({ state: "committed", busy: "anna@desk" });
  expect(after).toEqual(before);
  expect(await deploy(lab.host("locked"), { web: 81 })).toMatchObject({ outcome: "committed" });
});

describe("legacy iptables", () => {
  test("a host that is switched to it: what stood in the other one is gone", async () => {
    const legacy = lab.host("legacy");
    await deploy(legacy);
    await mustExec(legacy, "cd /usr/sbin && for t in iptables ip6tables; do for s in '' -save -restore; do ln -sf /usr/sbin/$t-legacy$s /etc/alternatives/$t$s; done; done; iptables -V | grep legacy"); // prettier-ignore
    expect(await statusOf(legacy)).toMatchObject({ intact: false });
    expect(await deploy(legacy)).toMatchObject({ outcome: "committed" });
    expect((await kernelRules(legacy)).join("\n")).toContain("CDKFW-INPUT");
    expect((await mustExec(legacy, "iptables-nft-save; ip6tables-nft-save")).includes("CDKFW")).toBe(false);
    expect(await statusOf(legacy)).toMatchObject({ intact: true });
    expect(await deploy(legacy, { ssh: "reject", web: 81 })).toMatchObject({ outcome: "rolled-back" });
    expect(await deploy(legacy)).toMatchObject({ outcome: "unchanged" });
  });

  test("another program holds the lock of xtables: told, nothing changed", async () => {
    const legacy = lab.host("legacy");
    const before = await kernelRules(legacy);
    await mustExec(legacy, "setsid flock /run/xtables.lock sleep 7 >/dev/null 2>&1 </dev/null & sleep 0.2");
    const outcome = await deploy(legacy, { web: 82 });
    expect(outcome).toMatchObject({ outcome: "failed", error: { code: "iptables" } });
    expect(outcome.error?.message).toContain("xtables.lock");
    expect(outcome.error?.help).toContain("fuser");
    await mustExec(legacy, "flock /run/xtables.lock true");
    expect(await kernelRules(legacy)).toEqual(before);
    expect(await deploy(legacy, { web: 82 })).toMatchObject({ outcome: "committed" });
  });
});

test("an ordinary user with sudo, and a login shell that prints what looks like our words", async () => {
  const noisy = lab.host("noisy");
  await noisy.writeFile(
    "/home/deploy/.bashrc",
    "echo Welcome; echo '@cdkfw:- end 0'; echo '@cdkfw:00 result applied' >&2; printf 'no end of line'\n",
  );
  await mustExec(noisy, "chown -R deploy: /home/deploy");
  const user = "deploy";
  expect(await deploy(noisy, { user })).toMatchObject({ outcome: "committed" });
  expect(await deploy(noisy, { user })).toMatchObject({ outcome: "unchanged" });
  expect(await deploy(noisy, { user, ssh: "reject", web: 81 })).toMatchObject({ outcome: "rolled-back" });
  expect(await deploy(noisy, { user })).toMatchObject({ outcome: "unchanged" });
});

test("an ordinary user without: refused with the cure", async () => {
  const outcome = await deploy(host, { user: "deploy", web: 81 }, { overrides: { sudo: false } });
  expect(outcome).toMatchObject({ outcome: "failed", error: { code: "not-root" } });
  expect(outcome.error?.help).toContain("sudo");
});
