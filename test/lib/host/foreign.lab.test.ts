import { Lab, type LabHost } from "../../../lib/sandbox";
import { deploy, foreignRules, ourRules, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
});
afterAll(() => lab?.stop());

/** What others have on a host, and what looks like ours but is not. */
const FOREIGN = {
  ipset: `
create cdkfwx hash:ip
add cdkfwx 192.0.2.1
create my-cdkfw-set hash:net family inet6
add my-cdkfw-set 2001:db8::/32
create cdkfw_mine hash:ip
create not-cdkfw-1 hash:net
create blocklist hash:ip,port
add blocklist 192.0.2.9,tcp:25
`,
  iptables: String.raw`
*mangle
:MARKS - [0:0]
-A PREROUTING -j MARKS
-A MARKS -i wan0 -j MARK --set-xmark 0x10/0xff
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 -o wan0 -j MASQUERADE
-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:CDKFWISH - [0:0]
:fail2ban - [0:0]
-A INPUT -m set --match-set cdkfwx src -j DROP
-A INPUT -p tcp -m comment --comment "see -j CDKFW-INPUT for more" -j fail2ban
-A INPUT -m comment --comment "a \"quoted\" -j CDKFW-FORWARD" -j CDKFWISH
-A INPUT -i wan0 -m limit --limit 1/sec -j LOG --log-prefix "CDKFW-INPUT \"drop\": -j "
-A FORWARD -m set --match-set blocklist src,dst -j DROP
-A CDKFWISH -m comment --comment CDKFW-INPUT -j RETURN
-A fail2ban -s 192.0.2.77/32 -j REJECT --reject-with icmp-port-unreachable
COMMIT
`,
  ip6tables: `
*filter
:theirs - [0:0]
-A INPUT -j theirs
-A theirs -m set --match-set my-cdkfw-set src -j DROP
COMMIT
`,
};

const AFTER = `iptables -A INPUT -s 192.0.2.200 -j DROP; ip6tables -A FORWARD -s 2001:db8:bad::/48 -j DROP`;

test("rules, chains, sets and policies of others are never touched", async () => {
  await mustExec(host, `ipset restore <<'END'\n${FOREIGN.ipset}END`);
  await mustExec(host, `iptables-restore -n <<'END'\n${FOREIGN.iptables}END`);
  await mustExec(host, `ip6tables-restore -n <<'END'\n${FOREIGN.ip6tables}END`);
  let theirs = await foreignRules(host);
  expect(theirs.join("\n")).toContain("CDKFW-INPUT for more");

  const untouched = async (): Promise<void> => expect(await foreignRules(host)).toEqual(theirs);
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  await untouched();

  await mustExec(host, AFTER);
  theirs = await foreignRules(host);
  expect(await statusOf(host)).toMatchObject({ intact: true });
  expect(await deploy(host)).toMatchObject({ outcome: "unchanged" });
  expect(await deploy(host, {}, { force: true })).toMatchObject({ outcome: "committed" });
  await untouched();

  expect(await deploy(host, { web: 81 })).toMatchObject({ outcome: "committed" });
  await untouched();
  expect(await deploy(host, { ssh: "reject", web: 82 })).toMatchObject({ outcome: "rolled-back" });
  await untouched();

  await teardown(host);
  await untouched();
  expect(await ourRules(host)).toEqual([]);
});

test("teardown leaves nothing of ours but the history; done twice it does nothing", async () => {
  await deploy(host);
  for (let round = 0; round < 2; round++) {
    await teardown(host);
    expect(await ourRules(host)).toEqual([]);
    const found =
      "find / -xdev '(' -name '*cdkfw*' -o -path '*/cdkfw/*' ')' 2>/dev/null | grep -v -e ^/proc -e ^/tmp; ls -A /run/cdkfw";
    const left = await mustExec(host, `${found}; true`);
    expect(left.trim().split("\n")).toEqual(["/var/lib/cdkfw", "/var/lib/cdkfw/history", "mutex"]);
    expect(await statusOf(host)).toEqual({ state: "none", generation: null });
  }
  await host.reboot();
  expect(await ourRules(host)).toEqual([]);
  expect(await deploy(host)).toMatchObject({ outcome: "committed" });
});
