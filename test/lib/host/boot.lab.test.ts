import { Lab, type LabHost } from "../../../lib/sandbox";
import { deploy, statusOf, teardown } from "../../fixtures/deployment";
import { rulesOf } from "../../faults/examine";
import { mustExec } from "../../fixtures/sshd";

/**
 * Hosts that boot by SysV's rcS.d and by OpenRC. The lab's hosts boot by /etc/rc.boot.d, whose one script here does what
 * the init of the other kind does with its own; then it is gone, so that the host is of that kind alone. (Debian's real
 * openrc 0.45 was tried by hand: the rules stand before `net`.)
 */
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "rcs" }, { name: "openrc" }, { name: "killed" }] });
});
afterAll(() => lab?.stop());

const WITNESS = "ip -o link show up | grep -vc ' lo:'; nft list table inet cdkfw | grep -c dport";

async function bootBy(host: LabHost, init: string): Promise<{ readonly interfacesUp: number; readonly rules: number }> {
  const script = `#!/bin/sh\nrm -rf /etc/rc.boot.d\n${init}\n${WITNESS}\n`;
  await host.writeFile("/etc/rc.boot.d/00-init", script, 0o755);
  await host.reboot();
  const [interfacesUp = NaN, rules = NaN] = (await host.readFile("/run/boot.log"))
    .trim()
    .split("\n")
    .slice(-2)
    .map(Number);
  return { interfacesUp, rules };
}

const SYSV = 'for script in /etc/rcS.d/S*; do "$script" start; done';
/** As openrc-run does: the functions of the service, its dependencies asked for, then its start. */
const OPENRC_RUN = `#!/bin/sh
need() { :; }; use() { :; }; before() { echo "before $*" >>/run/depend; }; after() { echo "after $*" >>/run/depend; }
. "$1"
depend && "$2"
`;
const RC_UPDATE = `#!/bin/sh
case $1 in add) mkdir -p "/etc/runlevels/$3" && ln -sf "/etc/init.d/$2" "/etc/runlevels/$3/$2" ;; del) rm "/etc/runlevels/$3/$2" ;; esac
`;
const OPENRC = 'for service in /etc/runlevels/boot/*; do "$service" start; done';

test.each([
  ["rcs", "mkdir -p /etc/rcS.d", SYSV, "/etc/rcS.d/S10cdkfw"],
  ["openrc", "mkdir -p /etc/init.d", OPENRC, "/etc/init.d/cdkfw"],
])(
  "%s: the rules stand before any interface is up, and a teardown takes the boot file away",
  async (name, make, init, file) => {
    const host = lab.host(name);
    await mustExec(host, `rm -rf /etc/rc.boot.d; ${make}`);
    if (name === "openrc") {
      await host.writeFile("/sbin/openrc-run", OPENRC_RUN, 0o755);
      await host.writeFile("/sbin/rc-update", RC_UPDATE, 0o755);
    }
    expect(await deploy(host, { backend: "nftables" })).toMatchObject({ outcome: "committed" });
    const before = await rulesOf(host);
    const { interfacesUp, rules } = await bootBy(host, init);
    expect(interfacesUp).toBe(0);
    expect(rules).toBeGreaterThan(0);
    expect(await rulesOf(host)).toBe(before);
    expect(await deploy(host, { backend: "nftables" })).toMatchObject({ outcome: "unchanged" });
    if (name === "openrc") expect(await host.readFile("/run/depend")).toBe("before net docker\nafter localmount\n");
    await teardown(host);
    expect((await host.exec(`ls ${file} /etc/runlevels/boot/cdkfw`)).stdout).toBe("");
  },
);

test("a loader that is killed at boot is started again", async () => {
  const host = lab.host("killed");
  await deploy(host, { backend: "nftables" });
  const before = await rulesOf(host);
  const once =
    '#!/bin/sh\nif [ ! -e /run/once ]; then touch /run/once; kill -9 "$PPID"; exit 1; fi\nexec /usr/sbin/nft "$@"\n';
  await host.writeFile("/usr/local/sbin/nft", once, 0o755);
  await host.reboot();
  await mustExec(host, "test -e /run/once; rm /usr/local/sbin/nft");
  expect(await rulesOf(host)).toBe(before);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
});
