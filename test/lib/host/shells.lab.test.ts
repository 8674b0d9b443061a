import { Lab, type LabHost } from "../../../lib/sandbox";
import { applyOnly, deploy, kernelRules, ourRules, pendingGone, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "bash" }, { name: "busybox" }] });
  await mustExec(lab.host("bash"), "ln -sf bash /usr/bin/sh && sh --version | grep -q bash");
  const busybox = lab.host("busybox");
  // All that the runtime calls and busybox has, found before the others; mawk, GNU sed and coreutils are not.
  const applets =
    "awk cat chmod cmp cp cut date find grep gzip head id ln ls mkdir mv readlink rm sed setsid sha256sum sleep sort sync tail tr unshare";
  await mustExec(
    busybox,
    `for a in ${applets}; do ln -sf /usr/bin/busybox /usr/local/sbin/$a; done; ln -sf busybox /usr/bin/sh`,
  );
  await mustExec(busybox, "sh -c 'sed --help' 2>&1 | grep -q BusyBox && sh -c 'echo $0; help' >/dev/null");
});
afterAll(() => lab?.stop());

async function wholeLife(host: LabHost): Promise<void> {
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  expect(await deploy(host)).toMatchObject({ outcome: "unchanged" });
  const first = await kernelRules(host);
  expect(await deploy(host, { ssh: "reject", web: 81 })).toMatchObject({ outcome: "rolled-back" });
  expect(await kernelRules(host)).toEqual(first);
  await mustExec(host, "iptables -F INPUT");
  expect(await statusOf(host)).toMatchObject({ intact: false });
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  await applyOnly(host, { web: 82 }, 2);
  await pendingGone(host, 8);
  expect(await kernelRules(host)).toEqual(first);
  expect(await deploy(host, { web: 83 })).toMatchObject({ outcome: "committed" });
  const last = await ourRules(host);
  await host.reboot();
  expect(await ourRules(host)).toEqual(last);
  expect(await deploy(host, { web: 83 })).toMatchObject({ outcome: "unchanged" });
  await teardown(host);
  expect(await ourRules(host)).toEqual([]);
}

test("the runtime's whole life, where sh is bash and where all tools are busybox's", async () => {
  await Promise.all(lab.hosts.map(wholeLife));
});
