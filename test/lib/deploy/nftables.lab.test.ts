import { deployHost } from "../../../lib/deploy/handshake";
import { Lab, type LabHost } from "../../../lib/sandbox";
import {
  applyOnly,
  bundleOf,
  deploy,
  foreignRules,
  labPolicy,
  ourRules,
  pendingGone,
  replaceTool,
  restoreTools,
  statusOf,
  teardown,
  type PolicyWishes,
} from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

/** The handshake's promises on a host whose rules are nftables', and on one that goes from one backend to the other. */
let lab: Lab;
let web: LabHost;
let both: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: ["web", "both", "first", "tools"].map((name) => ({ name })) });
  web = lab.host("web");
  both = lab.host("both");
});
afterAll(() => lab?.stop());

const byNft = (host: LabHost, wishes: PolicyWishes = {}) => deploy(host, { backend: "nftables", ...wishes });

/** Our table without counters, by its parts' names; empty where there is none. Every second load puts `b.` before sets. */
async function table(host: LabHost): Promise<string> {
  const { stdout } = await host.exec("nft -s list table inet cdkfw 2>/dev/null");
  const parts = stdout
    .replaceAll("@b.", "@")
    .replaceAll("\tset b.", "\tset ")
    .split(/\n(?=\t\w)/);
  return parts.map((part) => part.replace(/\n}?\n$/, "").trimEnd()).sort().join("\n"); // prettier-ignore
}

/** All of nftables' rules that are neither ours nor those of iptables, which says them by itself. */
async function foreignTables(host: LabHost): Promise<string> {
  return mustExec(host, "nft -s list table inet theirs; nft -s list table ip cdkfw-not");
}

describe("a host's life by nftables", () => {
  test("the first deployment is committed, in one table, with nothing in iptables", async () => {
    const { outcome, generation } = await byNft(web);
    expect(outcome).toBe("committed");
    expect(await statusOf(web)).toMatchObject({ state: "committed", generation, intact: true });
    expect(await table(web)).toContain("tcp dport 80");
    expect(await ourRules(web)).toEqual([]);
  });

  test("the same again changes nothing, also after a reboot", async () => {
    expect(await byNft(web)).toMatchObject({ outcome: "unchanged" });
    const before = await table(web);
    await web.writeFile("/etc/rc.boot.d/11-witness", "#!/bin/sh\nip -o link show up | grep -vc ' lo:'; nft list table inet cdkfw | grep -c dport\n", 0o755); // prettier-ignore
    await web.reboot();
    const [interfacesUp, rules] = (await web.readFile("/run/boot.log")).split("\n").map(Number);
    expect(interfacesUp).toBe(0);
    expect(rules).toBeGreaterThan(0);
    expect(await table(web)).toBe(before);
    expect(await statusOf(web)).toMatchObject({ intact: true });
    expect(await byNft(web)).toMatchObject({ outcome: "unchanged" });
  });

  test("a changed rule is committed", async () => {
    expect(await byNft(web, { web: 81 })).toMatchObject({ outcome: "committed" });
    expect(await table(web)).toContain("tcp dport 81");
    expect(await table(web)).not.toContain("tcp dport 80");
  });

  test("a reboot inside the window boots what was committed", async () => {
    const before = await table(web);
    await applyOnly(web, { backend: "nftables", web: 82 }, 60);
    expect(await table(web)).toContain("tcp dport 82");
    await web.reboot();
    expect(await table(web)).toBe(before);
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: true });
  });

  test("nobody confirms: the timer brings back what stood", async () => {
    const before = await table(web);
    await applyOnly(web, { backend: "nftables", web: 83 }, 1);
    await pendingGone(web);
    expect(await table(web)).toBe(before);
  });

  test("nft fails when nobody has confirmed: closed to all but SSH by iptables, told, and mended", async () => {
    const before = await table(web);
    await applyOnly(web, { backend: "nftables", web: 85 }, 1);
    await replaceTool(web, "nft", "echo out of luck >&2; exit 1");
    await pendingGone(web);
    expect(await mustExec(web, "iptables -S; ip6tables -S")).toContain("-A CDKFW-SAFE-INPUT -j DROP");
    await restoreTools(web);
    expect(await statusOf(web)).toMatchObject({ safe: true, intact: false });
    expect(await byNft(web, { web: 81 })).toMatchObject({ outcome: "committed" });
    expect(await table(web)).toBe(before);
    expect(await ourRules(web)).toEqual([]);
  });

  test.each([
    ["a rule is gone", "nft delete rule inet cdkfw input handle $(nft -a list chain inet cdkfw input | sed -n 's/.*IPv6 needs it.* handle //p' | head -n 1)"], // prettier-ignore
    ["a rule came to it", "nft insert rule inet cdkfw input accept"],
    [
      "an element of a set is gone",
      "nft delete element inet cdkfw $(nft -t list sets inet | sed -n 's/^.set \\(.*addresses-1-4\\) .*/\\1/p') { 203.0.113.0/24 }",
    ],
    ["something else came to it", "nft add counter inet cdkfw theirs"],
    ["a chain hangs elsewhere", "nft delete table inet cdkfw; nft 'table inet cdkfw { chain input { type filter hook prerouting priority 0; }; }'"], // prettier-ignore
    ["it is empty", "nft flush table inet cdkfw"],
    ["it is gone", "nft delete table inet cdkfw"],
    ["all is gone", "nft flush ruleset"],
  ])("%s: status tells, and a deployment mends it", async (_, damage) => {
    const before = await table(web);
    await mustExec(web, damage);
    expect(await table(web)).not.toBe(before);
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: false });
    expect(await byNft(web, { web: 81 })).toMatchObject({ outcome: "committed" });
    expect(await table(web)).toBe(before);
    expect(await statusOf(web)).toMatchObject({ intact: true });
  });

  test.each([
    ["a chain is emptied", "flush chain inet cdkfw input"],
    ["a rule is taken out", "delete rule inet cdkfw input handle $(real -a list chain inet cdkfw input | sed -n 's/.*IPv6 needs it.* handle //p' | head -n 1)"], // prettier-ignore
    [
      "a set is emptied",
      "flush set inet cdkfw $(real -t list sets inet | sed -n 's/^.set \\(.*addresses-1-4\\) .*/\\1/p')",
    ],
    ["a rule comes in another's place", "replace rule inet cdkfw input handle $(real -a list chain inet cdkfw input | sed -n 's/.*IPv6 needs it.* handle //p' | head -n 1) accept"], // prettier-ignore
    ["a chain gets another policy", "add chain inet cdkfw input { policy drop \\; }"],
    ["a chain comes to it", "add chain inet cdkfw theirs"],
    ["the table goes", "delete table inet cdkfw"],
  ])("between the load and its confirmation, %s: what was proven is no more, and is rolled back", async (_, deed) => {
    const before = await table(web);
    const script = `case "$*" in "-s list table inet cdkfw") if mkdir /run/done 2>/dev/null; then real ${deed} || exit; fi ;; esac; real "$@"`;
    await replaceTool(web, "nft", script);
    expect(await deploy(web, { backend: "nftables", web: 81 }, { force: true })).toMatchObject({
      outcome: "rolled-back",
      error: { code: "not-committed", message: expect.stringContaining("somebody changed the rules") as string },
    });
    await restoreTools(web);
    await mustExec(web, "rmdir /run/done");
    expect(await table(web)).toBe(before);
  });

  test("what the kernel refuses is told with nft's words, and what stood stands", async () => {
    const before = await table(web);
    await replaceTool(web, "nft", `case "$*" in "-f -") sed "s/tcp dport 82/tcp dport 82 fib daddr . iif . oif type local/" | real -f - ;; *) real "$@" ;; esac`); // prettier-ignore
    const refused = await byNft(web, { web: 82 });
    await restoreTools(web);
    expect(refused).toMatchObject({ outcome: "rolled-back", error: { code: "load-failed" } });
    expect(refused.error?.message).toMatch(/Error: /);
    expect(await table(web)).toBe(before);
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: true });
  });

  test("a committed text that can not be loaded: closed to all but SSH, told, and mended", async () => {
    await mustExec(web, "echo nonsense >/var/lib/cdkfw/committed/nftables");
    expect((await web.exec("sh /usr/local/lib/cdkfw/cdkfw-host boot")).code).toBe(1);
    expect(await table(web)).toContain("safe-input");
    expect(await statusOf(web)).toMatchObject({ safe: true, intact: false });
    expect(await lab.client.probe([{ proto: "tcp", dst: web.wanAddress, port: 81 }, { proto: "icmp", dst: web.wanAddress }, { proto: "tcp", dst: web.wanAddress6, port: 22 }])) // prettier-ignore
      .toMatchObject([{ how: "timeout" }, { how: "echo-reply" }, { how: "syn-ack" }]);
    expect(await byNft(web, { web: 81 })).toMatchObject({ outcome: "committed" });
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: true });
  });
});

describe("a policy that keeps the deployer out is rolled back", () => {
  test("on the first deployment: nothing of ours is left", async () => {
    const first = lab.host("first");
    expect(await byNft(first, { ssh: "drop" })).toMatchObject({
      outcome: "rolled-back",
      error: { code: "not-proven" },
    });
    expect(await table(first)).toBe("");
    expect(await statusOf(first)).toMatchObject({ state: "none" });
  });

  test.each(["reject", "drop"] as const)("later (%s): what stood stands again", async (ssh) => {
    const before = await table(web);
    expect(await byNft(web, { ssh, web: 84 })).toMatchObject({ outcome: "rolled-back" });
    expect(await table(web)).toBe(before);
    expect(await statusOf(web)).toMatchObject({ state: "committed", intact: true });
  });
});

describe("from one backend to the other", () => {
  let theirs: { tables: string; rules: string[] };
  const untouched = async (): Promise<void> => {
    expect(await foreignTables(both)).toBe(theirs.tables);
    expect(await foreignRules(both)).toEqual(theirs.rules);
  };

  beforeAll(async () => {
    await mustExec(
      both,
      `nft -f - <<'END'
table inet theirs {
  set cdkfw {
    type ipv4_addr
    elements = { 192.0.2.1 }
  }
  chain cdkfw {
    type filter hook input priority 0; policy accept;
    ip saddr @cdkfw drop
  }
}
table ip cdkfw-not {
  chain input {
    type filter hook input priority -20; policy accept;
    tcp dport 9 drop
  }
}
END
iptables -A INPUT -s 192.0.2.200 -j DROP; ip6tables -A FORWARD -s 2001:db8:bad::/48 -j DROP; ipset create blocklist hash:ip`,
    );
    theirs = { tables: await foreignTables(both), rules: await foreignRules(both) };
  });

  test("iptables to nftables and back: nothing of the other is left, and nothing of others is touched", async () => {
    for (const web of [80, 81]) {
      expect(await deploy(both, { web })).toMatchObject({ outcome: "committed" });
      expect(await table(both)).toBe("");
      const rules = await ourRules(both);
      expect(rules.length).toBeGreaterThan(10);
      await untouched();
      expect(await byNft(both, { web })).toMatchObject({ outcome: "committed" });
      expect(await table(both)).toContain("hook input");
      expect(await ourRules(both)).toEqual([]);
      expect(await statusOf(both)).toMatchObject({ intact: true });
      expect(await byNft(both, { web })).toMatchObject({ outcome: "unchanged" });
      await untouched();
    }
  });

  test("a change of backend that keeps the deployer out is rolled back across it", async () => {
    const before = await table(both);
    expect(await deploy(both, { ssh: "drop" })).toMatchObject({ outcome: "rolled-back" });
    expect(await table(both)).toBe(before);
    expect(await ourRules(both)).toEqual([]);
    await deploy(both);
    const rules = await ourRules(both);
    expect(await byNft(both, { ssh: "reject", web: 86 })).toMatchObject({ outcome: "rolled-back" });
    expect(await ourRules(both)).toEqual(rules);
    expect(await table(both)).toBe("");
    expect(await statusOf(both)).toMatchObject({ state: "committed", intact: true });
    await untouched();
  });

  test("the other one's rules that came back by hand are seen, and go", async () => {
    await byNft(both);
    await mustExec(both, "iptables -N CDKFW-INPUT; iptables -A INPUT -j CDKFW-INPUT");
    expect(await statusOf(both)).toMatchObject({ intact: false });
    expect(await byNft(both)).toMatchObject({ outcome: "committed" });
    expect(await ourRules(both)).toEqual([]);
    await untouched();
  });

  test("teardown takes all of it, and only that", async () => {
    await teardown(both);
    expect(await table(both)).toBe("");
    expect(await ourRules(both)).toEqual([]);
    await untouched();
  });
});

describe("a host with one of them only", () => {
  const IPTABLES = "/usr/sbin/iptables* /usr/sbin/ip6tables* /usr/sbin/ipset /usr/sbin/xtables*";
  const away = (tools: string) => `mkdir -p /root/away; for t in ${tools}; do mv $t /root/away/; done`;
  const back = "mv /root/away/* /usr/sbin/";

  test("nft alone is enough for nftables, from the first deployment to teardown", async () => {
    const host = lab.host("tools");
    await mustExec(host, away(IPTABLES));
    expect((await host.exec("command -v iptables iptables-save ipset")).stdout).toBe("");
    expect(await byNft(host)).toMatchObject({ outcome: "committed" });
    expect(await statusOf(host)).toMatchObject({ intact: true });
    expect(await byNft(host, { ssh: "drop" })).toMatchObject({ outcome: "rolled-back" });
    expect(await deploy(host)).toMatchObject({ outcome: "failed", error: { code: "missing-tools" } });
    expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
    await teardown(host);
    expect(await table(host)).toBe("");
    await mustExec(host, back);
  });

  test("without nft the error names what to install, and the other backend; nothing was changed", async () => {
    const host = lab.host("tools");
    await mustExec(host, away("/usr/sbin/nft"));
    const { outcome, error } = await byNft(host);
    expect(outcome).toBe("failed");
    expect(error?.message).toBe("the host lacks nft");
    expect(error?.help).toContain("apt-get install nftables");
    expect(error?.help).toContain('backend: "iptables"');
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    expect(await statusOf(host)).toMatchObject({ intact: true });
    await mustExec(host, back);
  });
});

test("what stands is told the same in every time zone, also where an entry ends at a moment", async () => {
  const policy = labPolicy(web, { backend: "nftables" });
  const entries = policy.entries.map((entry) => ({ ...entry, expires: "2037-06-30T12:00:00Z" }));
  const outcome = await deployHost(bundleOf({ ...policy, entries }), { connection: { configFile: null } });
  expect(outcome).toMatchObject({ outcome: "committed" });
  expect(await statusOf(web)).toMatchObject({ intact: true });
  const ask = "TZ=$zone sh /usr/local/lib/cdkfw/cdkfw-host status - | grep live";
  const digests = await mustExec(web, `for zone in UTC EST5EDT Asia-9; do ${ask}; done`);
  expect(digests.trim().split("\n")).toHaveLength(3);
  expect(new Set(digests.trim().split("\n")).size).toBe(1);
});
