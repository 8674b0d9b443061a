import { deployHost } from "../../../lib/deploy/handshake";
import type { Outcome } from "../../../lib/deploy/outcome";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { bundleOf, kernelRules, labPolicy, statusOf, type PolicyWishes } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

/** What a host lacks is installed where its policy says so: by a real apt from a repository on the host's own disk. */
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: ["nft", "many", "busy", "none", "others", "unknown"].map((name) => ({ name })) });
});
afterAll(() => lab?.stop());

const NFT = ["/usr/sbin/nft"];
const IPTABLES = ["iptables", "ip6tables"].flatMap((tool) => ["", "-save", "-restore"].map((end) => `/usr/sbin/${tool}${end}`)); // prettier-ignore

const install = (host: LabHost, wishes: PolicyWishes = {}): Promise<Outcome> =>
  deployHost(bundleOf({ ...labPolicy(host, { backend: "nftables", ...wishes }), install: true }), {
    connection: { configFile: null },
  });

/** Takes programs from the host and puts them into packages of a repository that its apt knows. */
async function intoPackages(host: LabHost, packages: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const build = Object.entries(packages).map(
    ([name, files]) => `mkdir -p /srv/build/${name}/DEBIAN
printf '%s\n' 'Package: ${name}' 'Version: 1' 'Architecture: all' 'Maintainer: lab' 'Description: x' >/srv/build/${name}/DEBIAN/control
for file in ${files.join(" ")}; do mkdir -p /srv/build/${name}/\${file%/*} && mv $file /srv/build/${name}$file; done
dpkg-deb -b /srv/build/${name} /srv/repo/${name}.deb >/dev/null
{ dpkg-deb -f /srv/repo/${name}.deb; echo Filename: ./${name}.deb
  echo Size: $(stat -c %s /srv/repo/${name}.deb); echo SHA256: $(sha256sum </srv/repo/${name}.deb | cut -c 1-64); echo; } >>/srv/repo/Packages`,
  );
  await mustExec(
    host,
    `set -e; mkdir -p /srv/repo /etc/apt; touch /var/lib/dpkg/status
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list
${build.join("\n")}`,
  );
}

const there = async (host: LabHost, tool: string): Promise<boolean> => (await host.exec(`command -v ${tool}`)).code === 0; // prettier-ignore

test("nftables is installed at the check, though the lists of packages were never fetched", async () => {
  const host = lab.host("nft");
  await intoPackages(host, { nftables: NFT });
  expect(await there(host, "nft")).toBe(false);
  expect(await install(host)).toMatchObject({ outcome: "committed" });
  expect(await there(host, "nft")).toBe(true);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
  expect((await mustExec(host, "dpkg-query -W -f '${Status}' nftables")).trim()).toBe("install ok installed");
});

test("several packages in one go; what is there is not touched", async () => {
  const host = lab.host("many");
  await intoPackages(host, { iptables: IPTABLES, ipset: ["/usr/sbin/ipset"], "util-linux": ["/usr/bin/flock"] });
  expect(await install(host, { backend: "iptables" })).toMatchObject({ outcome: "committed" });
  expect(await mustExec(host, "dpkg-query -W -f '${Package} '")).toBe("ipset iptables util-linux ");
  expect((await host.exec("nft list table inet cdkfw")).code).not.toBe(0);
});

test("a package manager that is at work already is waited for", async () => {
  const host = lab.host("busy");
  await intoPackages(host, { nftables: NFT });
  const lock = `import fcntl, time
held = [open(path, "w") for path in ("/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock")]
for file in held: fcntl.lockf(file, fcntl.LOCK_EX)
open("/run/held", "w")
time.sleep(4)
open("/run/let-go", "w")`;
  await host.writeFile("/root/lock.py", lock);
  await mustExec(host, "mkdir -p /var/lib/apt/lists; setsid python3 /root/lock.py >/dev/null 2>&1 </dev/null & until [ -e /run/held ]; do sleep 0.05; done"); // prettier-ignore
  expect(await install(host)).toMatchObject({ outcome: "committed" });
  expect((await host.exec("test -e /run/let-go")).code).toBe(0);
});

test("what can not be installed is told in the package manager's words; no rule was changed", async () => {
  const host = lab.host("none");
  await intoPackages(host, { other: NFT });
  const before = await kernelRules(host);
  const { outcome, error } = await install(host);
  expect(outcome).toBe("failed");
  expect(error).toMatchObject({ code: "install-failed" });
  expect(error?.message).toMatch(/E: (Unable to locate package|Package 'nftables' has no installation candidate)/);
  expect(error?.help).toContain("`apt-get install nftables`");
  expect(await host.readFile("/run/cdkfw/install")).toContain("nftables");
  expect(await kernelRules(host)).toEqual(before);
  expect((await host.exec("ls /run/cdkfw/change /var/lib/cdkfw/committed")).code).not.toBe(0);
});

/** There is no image of these systems here: the program that stands in for theirs notes its words and brings nft. */
describe("by the words of a stand-in for the package manager", () => {
  test.each([
    ["dnf", "-q -y install nftables", "dnf install nftables"],
    ["yum", "-q -y install nftables", "yum install nftables"],
    ["apk", "--no-progress --wait 120 add nftables", "apk add nftables"],
    ["zypper", "--quiet --non-interactive install nftables", "zypper install nftables"],
    ["pacman", "--noconfirm --needed -S nftables", "pacman -S nftables"],
  ])("%s", async (manager, words, command) => {
    const host = lab.host("others");
    await mustExec(host, "mv /usr/bin/apt-get /root/; mv /usr/sbin/nft /root/");
    const standIn = (end: string) => host.writeFile(`/usr/local/sbin/${manager}`, `#!/bin/sh\necho "$@" >/root/words\n${end}\n`, 0o755); // prettier-ignore

    await standIn("echo 'Error: Unable to find a match: nftables' >&2; exit 1");
    const failed = await install(host, { web: 81 });
    expect(failed.error).toMatchObject({ code: "install-failed" });
    expect(failed.error?.message).toContain("Unable to find a match");
    const told = await deployHost(bundleOf(labPolicy(host, { backend: "nftables" })), { connection: { configFile: null } }); // prettier-ignore
    expect(told.error?.help).toContain(`Install with \`${command}\` on the host`);

    await standIn("mv /root/nft /usr/sbin/");
    expect(await install(host, { web: 80 })).toMatchObject({ outcome: expect.stringMatching(/committed|unchanged/) as string }); // prettier-ignore
    expect((await host.readFile("/root/words")).trim()).toBe(words);
    await mustExec(host, `rm /usr/local/sbin/${manager}; mv /root/apt-get /usr/bin/`);
  });
});

test("a host without any known package manager says so", async () => {
  const host = lab.host("unknown");
  await mustExec(host, "rm /usr/bin/apt-get /usr/sbin/nft");
  expect((await install(host)).error).toMatchObject({ code: "no-package-manager" });
});
