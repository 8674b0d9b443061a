import { hostDrift, type HostDrift } from "../../../../lib/deploy/drift/drift";
import { strangerInWords } from "../../../../lib/deploy/drift/stranger";
import type { Backend } from "../../../../lib/model/policy";
import { Lab, type LabHost } from "../../../../lib/sandbox";
import { applyOnly, deploy, over, pendingGone, teardown } from "../../../fixtures/deployment";
import { mustExec } from "../../../fixtures/sshd";

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ hosts: ["nftables", "iptables"].map((name) => ({ name })) });
});
afterAll(() => lab?.stop());

const drift = (host: LabHost): Promise<HostDrift> => over(host, hostDrift);

/** `added input/ext: tcp dport 9 accept`, and the strangers. */
const told = ({ rules = [], strangers }: HostDrift): string[] => [
  ...rules.map(({ kind, where, text }) => `${kind} ${where}: ${text}`),
  ...strangers.map((stranger) => `foreign ${strangerInWords(stranger)}`),
];

const WEB = /an .open. door.*edge\/fleet\/h1\/accept-ext-host/;

const DAMAGES: Readonly<Record<Backend, readonly [string, string, readonly RegExp[]][]>> = {
  nftables: [
    ["our table is deleted", "nft delete table inet cdkfw", [WEB]],
    ["a rule is deleted", "nft delete rule inet cdkfw input/ext handle $(nft -a list chain inet cdkfw input/ext | sed -n 's/.*open.*# handle //p' | head -n 1)", [/^missing input\/ext: .*open/]], // prettier-ignore
    ["a rule is put in front", "nft insert rule inet cdkfw input/ext tcp dport 9 accept", [/^added input\/ext: tcp dport 9 accept$/]], // prettier-ignore
    ["an address is put into a set", "nft add element inet cdkfw addresses-1-4 { 192.0.2.99 }", [/^added set addresses-1-4: 192\.0\.2\.99$/]], // prettier-ignore
    ["a chain is added", "nft add chain inet cdkfw extra", [/^added extra: chain extra \{$/, /^added extra: \}$/]],
    ["somebody refuses before us", "nft add table inet evil; nft add chain inet evil in '{ type filter hook input priority -100; }'; nft add rule inet evil in tcp dport 80 drop", [/^foreign `inet evil in` refuses some: tcp dport 80 drop$/]], // prettier-ignore
    ["somebody's policy is to drop", "nft add table ip evil; nft add chain ip evil fw '{ type filter hook forward priority 5; policy drop; }'", [/^foreign `ip evil fw` drops what none of its rules accepts$/]], // prettier-ignore
  ],
  iptables: [
    ["INPUT is flushed", "iptables -F INPUT", [/^missing IPv4 filter INPUT: first -A INPUT -j CDKFW-INPUT$/]],
    ["a rule is deleted", "iptables -D CDKFW-I-ext 1", [/^missing IPv4 filter CDKFW-I-ext: .*open/]],
    ["a rule is put in front", "ip6tables -I CDKFW-I-ext -p tcp --dport 9 -j ACCEPT", [/^added IPv6 filter CDKFW-I-ext: -A CDKFW-I-ext -p tcp -m tcp --dport 9 -j ACCEPT$/]], // prettier-ignore
    ["an address is put into a set", "ipset add $(ipset list -n | grep -m1 'cdkfw.*-4$') 192.0.2.99", [/^added set cdkfw-\S+: add \S+ 192\.0\.2\.99$/]], // prettier-ignore
    ["somebody comes before us", "iptables -I INPUT -p tcp --dport 7 -j ACCEPT", [/^missing IPv4 filter INPUT: first/, /^added IPv4 filter INPUT: behind/, /^foreign `iptables filter INPUT` decides before ours: -A INPUT -p tcp -m tcp --dport 7 -j ACCEPT$/]], // prettier-ignore
    ["a table of nft refuses", "nft add table inet evil; nft add chain inet evil in '{ type filter hook input priority 5; }'; nft add rule inet evil in tcp dport 80 counter reject", [/^foreign `inet evil in` refuses some: tcp dport 80 counter reject/]], // prettier-ignore
  ],
};

const HEAL = "nft delete table inet evil 2>/dev/null; nft delete table ip evil 2>/dev/null; iptables -F INPUT; true";

describe.each(["nftables", "iptables"] as const)("%s", (backend) => {
  let host: LabHost;
  beforeAll(async () => {
    host = lab.host(backend);
    // What is there already when the rules come was told then, and is no drift.
    await mustExec(host, "nft add table inet old; nft add chain inet old in '{ type filter hook input priority 9; }'");
    await mustExec(host, "nft add rule inet old in tcp dport 25 reject");
    await deploy(host, { backend });
  });

  test("as it was deployed: nothing is told, again after a reboot, and somebody else's bans do not count", async () => {
    expect(await drift(host)).toMatchObject({ state: "committed", strangers: [], warnings: [] });
    expect(await drift(host)).not.toHaveProperty("rules");
    await mustExec(host, "nft add table inet f2b; nft add chain inet f2b ban; nft add rule inet f2b ban drop");
    expect(told(await drift(host))).toEqual([]);
    await host.reboot();
    expect(await drift(host)).not.toHaveProperty("rules");
  });

  test.each(DAMAGES[backend])("%s", async (_what, damage, expected) => {
    await mustExec(host, damage);
    const found = told(await drift(host));
    for (const pattern of expected) expect(found).toContainEqual(expect.stringMatching(pattern));
    if (!damage.includes("delete table")) expect(found).toHaveLength(expected.length);
    await mustExec(host, HEAL);
    await deploy(host, { backend });
    expect(told(await drift(host))).toEqual([]);
  });

  test("a disk and a boot that are not as they were left", async () => {
    await mustExec(host, `echo >>/var/lib/cdkfw/committed/${backend === "nftables" ? "nftables" : "iptables.v4"}`);
    await mustExec(host, "rm /etc/rc.boot.d/10-cdkfw");
    expect(await drift(host)).toMatchObject({ altered: true, unbooted: "rc.boot.d", strangers: [] });
    await deploy(host, { backend });
    expect(await drift(host)).not.toHaveProperty("altered");
  });

  test("while a change waits, the kernel's rules are not compared", async () => {
    await applyOnly(host, { backend, web: 81 }, 8);
    expect(await drift(host)).toMatchObject({ state: "pending", strangers: [] });
    await pendingGone(host);
    expect(await drift(host)).toMatchObject({ state: "committed" });
  });

  test("without network namespaces it is told that something differs, and not what", async () => {
    await mustExec(host, "mv /usr/bin/unshare /usr/bin/unshare.away");
    await mustExec(host, backend === "nftables" ? "nft flush table inet cdkfw" : "iptables -F CDKFW-INPUT");
    expect(await drift(host)).toMatchObject({ rules: [] });
    await mustExec(host, "mv /usr/bin/unshare.away /usr/bin/unshare");
    await deploy(host, { backend });
  });

  test("after a teardown there is nothing to compare", async () => {
    await teardown(host);
    expect(await drift(host)).toEqual({ state: "none", generation: null, lines: [], strangers: [], warnings: [] });
  });
});
