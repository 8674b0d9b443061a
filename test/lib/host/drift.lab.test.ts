import { Lab, type LabHost } from "../../../lib/sandbox";
import { deploy, ourRules, statusOf } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;
let wanted: string[];
let first: (chain: string) => Promise<string | undefined>;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
  first = async (chain) => (await mustExec(host, `iptables -S ${chain}`)).split("\n").find((line) => /^-A/.test(line));
  await mustExec(
    host,
    "for t in iptables ip6tables; do for c in INPUT FORWARD; do $t -A $c -p udp --dport 9 -j DROP; done; done",
  );
  await deploy(host);
  wanted = await ourRules(host);
});
afterAll(() => lab?.stop());

test("our jumps come first", async () => {
  expect(await first("INPUT")).toBe("-A INPUT -j CDKFW-INPUT");
  expect(await first("FORWARD")).toBe("-A FORWARD -j CDKFW-FORWARD");
});

test.each([
  ["INPUT is flushed", "iptables -F INPUT"],
  ["our jump is deleted", "ip6tables -D FORWARD -j CDKFW-FORWARD"],
  ["our jump is doubled", "iptables -A INPUT -j CDKFW-INPUT"],
  ["our jump is doubled, twice", "iptables -I INPUT -j CDKFW-INPUT; iptables -A INPUT -j CDKFW-INPUT"],
  ["our jump got a condition", "iptables -R INPUT 1 -p tcp -j CDKFW-INPUT"],
  ["somebody else comes before us", "iptables -I FORWARD -j ACCEPT"],
  ["our jump was moved to the end", "ip6tables -D FORWARD 1; ip6tables -A FORWARD -j CDKFW-FORWARD"],
  ["a rule is inserted in our chain", "iptables -I CDKFW-INPUT -j ACCEPT"],
  ["a rule is deleted from our chain", "ip6tables -D CDKFW-INPUT 1"],
  ["our chain is emptied", "iptables -F CDKFW-I-ext"],
  ["a chain with our prefix appears", "iptables -N CDKFW-EXTRA && iptables -A CDKFW-EXTRA -j ACCEPT"],
  ["another chain jumps to ours", "iptables -A OUTPUT -j CDKFW-INPUT"],
  ["the nat table is flushed", "iptables -t nat -F"],
  ["an address is added to our set", "ipset add $(ipset list -n | grep -m1 cdkfw) 192.0.2.99"],
  ["our set is emptied", "ipset flush $(ipset list -n | grep -m1 cdkfw)"],
  ["all is flushed", "for t in iptables ip6tables; do $t -F; $t -X; done"],
])("%s: status tells, and a deployment mends it", async (_what, damage) => {
  expect(await statusOf(host)).toMatchObject({ intact: true });
  await mustExec(host, damage);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: false });
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  expect(await ourRules(host)).toEqual(wanted);
  expect(await first("INPUT")).toBe("-A INPUT -j CDKFW-INPUT");
  expect(await first("FORWARD")).toBe("-A FORWARD -j CDKFW-FORWARD");
});

test("boot files that were removed are mended too", async () => {
  await mustExec(host, "rm /etc/rc.boot.d/10-cdkfw");
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  await mustExec(host, "test -x /etc/rc.boot.d/10-cdkfw");
});

test("committed texts that were edited on the host are mended", async () => {
  const folder = "/var/lib/cdkfw/committed";
  await mustExec(host, `sed -i 's/--dport 80/--dport 666/' ${folder}/iptables.v4`);
  expect(await deploy(host, {}, { force: true })).toMatchObject({ outcome: "committed" });
  expect(await host.readFile(`${folder}/iptables.v4`)).not.toContain("666");
  expect(await ourRules(host)).toEqual(wanted);
});
