import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnosis } from "../../../../lib/deploy/doctor/diagnosis";
import { examineHost } from "../../../../lib/deploy/doctor/host";
import type { Backend } from "../../../../lib/model/policy";
import { Lab, type LabHost } from "../../../../lib/sandbox";
import { synthesize } from "../../../../lib/synth/synthesize";
import { applyOnly, cdkfw, deploy, kernelRules, labPolicy, over } from "../../../fixtures/deployment";
import { mustExec } from "../../../fixtures/sshd";

/** The doctor on hosts of all kinds: it says what is the matter and the cure, and changes nothing. */
let lab: Lab;
beforeAll(async () => {
  const names = ["well", "ill", "others", "locked"].map((name) => ({ name }));
  lab = await Lab.start({ hosts: [...names, { name: "systemd", init: "systemd" }] });
});
afterAll(() => lab?.stop());

const examine = (host: LabHost, backend: Backend = "nftables"): Promise<Diagnosis[]> =>
  over(host, (connection) => examineHost(connection, backend));

const notWell = (found: readonly Diagnosis[]) => found.filter(({ state }) => state !== "ok");
const words = (found: readonly Diagnosis[]) =>
  notWell(found).map(({ state, check, message, help }) => `${state} ${check}: ${message} | ${help ?? ""}`);

test.each<Backend>(["nftables", "iptables"])(
  "a host that is well, before it has anything of ours: %s",
  async (backend) => {
    const host = lab.host("well");
    const before = await mustExec(
      host,
      "nft list ruleset; find / -xdev -newer /etc/hostname -name '*cdkfw*' 2>/dev/null; true",
    );
    const found = await examine(host, backend);
    expect(notWell(found)).toEqual([]);
    expect(found.map(({ check }) => check)).toEqual(["ssh", "system", "tools", "kernel", "boot", "clock"]);
    expect(await mustExec(host, "nft list ruleset; find / -xdev -newer /etc/hostname -name '*cdkfw*' 2>/dev/null; true")).toBe(before); // prettier-ignore
  },
);

describe("told with its cure", () => {
  const away = (path: string) => [`mv ${path} /root/away`, `mv /root/away ${path}`] as const;
  test.each<[string, readonly [string, string], RegExp]>([
    ["a tool is missing", away("/usr/sbin/nft"), /^fail tools: it lacks nft \| `apt-get install nftables`, or `install: true`/],
    ["two tools", [`mv /usr/bin/flock /usr/bin/setsid /root/`, `mv /root/flock /root/setsid /usr/bin/`], /lacks flock, setsid \| `apt-get install util-linux`/],
    ["no way to boot", ["mv /etc/rc.boot.d /etc/rcS.d /root/", "mv /root/rc.boot.d /root/rcS.d /etc/"], /^fail boot: it has no systemd/],
    ["no room", ["mount -t tmpfs -o size=1m none /var/lib", "umount /var/lib"], /^warn disk: \/var\/lib has [01] MiB left/],
    ["a disk that is read-only", ["mount -t tmpfs -o ro none /var/lib", "umount /var/lib"], /^fail disk: nothing can be written to \/var\/lib/],
    ["two kinds of iptables", ["iptables-legacy -A INPUT -j ACCEPT; iptables-nft -A INPUT -j ACCEPT", "iptables-legacy -F; iptables-nft -F"], /^warn iptables: iptables-legacy and iptables-nft both hold rules/],
    ["somebody who refuses", ["nft 'add table inet theirs; add chain inet theirs x { type filter hook forward priority 0; policy drop; }'", "nft delete table inet theirs"], /^warn refused-by-others: `inet theirs x` of somebody refuses/],
  ])("%s", async (_, [damage, mend], expected) => {
    const host = lab.host("ill");
    await mustExec(host, damage);
    const found = words(await examine(host));
    await mustExec(host, mend);
    expect(found.join("\n")).toMatch(new RegExp(expected, "m"));
    expect(words(await examine(host))).toEqual([]);
  }); // prettier-ignore

  test("a change that waits, boot files that are gone, and rules of the last resort", async () => {
    const host = lab.host("others");
    await deploy(host, { backend: "nftables" });
    expect(words(await examine(host))).toEqual([]);
    await mustExec(host, "rm /etc/rc.boot.d/10-cdkfw");
    expect(words(await examine(host))).toEqual([expect.stringMatching(/^fail boot: rules are committed, and nothing loads them/)]);
    await applyOnly(host, { backend: "nftables", web: 81 }, 60);
    expect(words(await examine(host)).join("\n")).toMatch(/^warn pending: a change by .* \d+ more seconds/m);
    await mustExec(host, "sh /usr/local/lib/cdkfw/cdkfw-host rollback -; echo nonsense >/var/lib/cdkfw/committed/nftables");
    await host.exec("sh /usr/local/lib/cdkfw/cdkfw-host boot");
    expect(words(await examine(host)).join("\n")).toMatch(/^fail rules: a rollback failed/m);
  }); // prettier-ignore

  test("a service that flushes rules by itself", async () => {
    const host = lab.host("systemd");
    expect(words(await examine(host))).toEqual([]);
    await mustExec(host, "systemctl enable nftables 2>/dev/null");
    expect(words(await examine(host))).toEqual([expect.stringMatching(/^warn services: the service nftables is enabled/)]); // prettier-ignore
  });
});

test("parts of rules that the kernel can not load have names, by a stand-in for nft that refuses them", async () => {
  const host = lab.host("ill");
  const script = '#!/bin/sh\ntext=$(cat)\ncase $text in *"ct count"* | *"fib "*) exit 1 ;; esac\nprintf "%s\\n" "$text" | /usr/sbin/nft "$@"\n'; // prettier-ignore
  await host.writeFile("/usr/local/sbin/nft", script, 0o755);
  const found = words(await examine(host));
  await mustExec(host, "rm /usr/local/sbin/nft");
  expect(found).toEqual([
    expect.stringMatching(/^fail kernel: its kernel can not load kinds of addresses/),
    expect.stringMatching(/^warn kernel: its kernel can not load connection limits/),
  ]);
});

test("the command: each host with its findings, exit 1 where something fails, and a host that can not be reached", async () => {
  const out = mkdtempSync(join(tmpdir(), "doctor-"));
  const hosts = [lab.host("well"), lab.host("locked")];
  synthesize(hosts.map((host) => labPolicy(host, { backend: "nftables" })), out, "edge"); // prettier-ignore
  const run = async (...more: string[]) => {
    const { code, stdout } = await cdkfw(["doctor", "--out", out, ...more]);
    return { code, stdout };
  };
  const before = await kernelRules(lab.host("well"));
  const well = await run("--json");
  expect(well.code).toBe(0);
  expect(JSON.parse(well.stdout)).toMatchObject([{ host: null }, { host: "locked" }, { host: "well" }]);
  expect((await run("well")).stdout).toMatch(/^well\n {2}ok +ssh +root at .*\n.*system +Debian/m);
  expect(await kernelRules(lab.host("well"))).toEqual(before);

  await lab.host("locked").stop();
  const { code, stdout } = await run("locked");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^locked\n {2}fail {2}ssh /m);
  expect(await cdkfw(["doctor", "--out", "/nowhere"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/warn {2}hosts/) as string }); // prettier-ignore
  rmSync(out, { recursive: true });
});
