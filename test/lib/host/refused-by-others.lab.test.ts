import { deployHost } from "../../../lib/deploy/handshake";
import { newChange } from "../../../lib/deploy/change";
import { parcel } from "../../../lib/deploy/parcel";
import type { HostPolicy } from "../../../lib/model/policy";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { bundleOf, over, pendingGone, statusOf, targetOf, teardown } from "../../fixtures/deployment";
import { policyOf, rule } from "../../fixtures/policy";
import { mustExec } from "../../fixtures/sshd";

/**
 * Others' chains that refuse what nftables' rules of ours accept: Docker's FORWARD, which gets a rule for it, and those
 * that can only be told. Packets go through a router, in both families.
 */
let lab: Lab;

beforeAll(async () => {
  const router = { networks: ["lan0"] };
  lab = await Lab.start({
    hosts: [
      ...["nft", "legacy", "first", "ufw", "plain"].map((name) => ({ name, ...router })),
      { name: "docker20", ...router, docker: { engine: "20", daemon: { ip6tables: true, experimental: true } } },
      { name: "dockernew", ...router, docker: { engine: "newest" } },
    ],
  });
  await Promise.all(lab.hosts.map((host) => lab.respond(host.inner, { tcp: [80, 81] })));
});
afterAll(() => lab?.stop());

interface Wishes {
  readonly forwards?: boolean;
  readonly ssh?: "accept" | "drop";
  readonly backend?: "iptables" | "nftables";
}

function policyFor(host: LabHost, { forwards = true, ssh = "accept", backend = "nftables" }: Wishes = {}): HostPolicy {
  return policyOf({
    host: host.name,
    backend,
    zones: { mgmt: ["eth0"], ext: ["wan0"], lan: ["lan0"] },
    entries: [
      rule(ssh, "mgmt", "host", { services: ["ssh"] }),
      ...(forwards ? [rule("accept", "ext", "lan", { services: ["tcp/80"] })] : []),
    ],
    target: targetOf(host),
  });
}

const deploy = (host: LabHost, wishes: Wishes = {}) =>
  deployHost(bundleOf(policyFor(host, wishes)), { windowSeconds: 5, connection: { configFile: null } });

/** How the client fares with the machine behind: an open port and one that our rules refuse, by IPv4 and IPv6. */
async function through(host: LabHost): Promise<string[]> {
  const addresses = (await mustExec(host.inner, "ip -o addr show scope global | awk '{print $4}'")).trim().split("\n");
  const machines = addresses.map((address) => address.split("/")[0] ?? "");
  const verdicts = await lab.client.probe(
    machines.flatMap((dst) => [80, 81].map((port) => ({ proto: "tcp" as const, dst, port, read: port === 80 }))),
    { timeoutMs: 600 },
  );
  return verdicts.map(({ verdict, how }) => (verdict === "accept" ? "answer" : how));
}
const OPEN = ["answer", "rst", "answer", "rst"];
const SHUT = ["timeout", "rst", "timeout", "rst"];

const PASS = "-A FORWARD -m mark --mark 0x2000/0x2000 -m comment --comment cdkfw -j ACCEPT";

/** FORWARD's rules by both families' programs. */
async function forwardChains(host: LabHost, variant: string): Promise<string[][]> {
  const said = await Promise.all(
    ["iptables", "ip6tables"].map((tool) => mustExec(host, `${tool}${variant} -S FORWARD`)),
  );
  return said.map((text) => text.trim().split("\n"));
}

/** What Docker does when it starts, by real iptables. */
const dockerStarts = (variant: string): string =>
  `for t in iptables${variant} ip6tables${variant}; do $t -N DOCKER-USER; $t -P FORWARD DROP; $t -I FORWARD -j DOCKER-USER; done`;

describe.each([
  ["nft", "-nft"],
  ["legacy", "-legacy"],
])("a FORWARD like Docker's, by iptables of the kind %s", (name, variant) => {
  let host: LabHost;
  let before: string[][];
  beforeAll(async () => {
    host = lab.host(name);
    if (name === "legacy") await mustExec(host, "cd /usr/sbin && for t in iptables ip6tables; do for s in '' -save -restore; do ln -sf /usr/sbin/$t-legacy$s /etc/alternatives/$t$s; done; done"); // prettier-ignore
    await mustExec(host, dockerStarts(variant));
    before = await forwardChains(host, variant);
  });
  const passes = async () => (await forwardChains(host, variant)).map((rules) => rules.at(-1) === PASS);

  test("what the rules accept passes, and comes back; what they refuse is refused", async () => {
    expect(await deploy(host)).toEqual(expect.not.objectContaining({ warnings: expect.anything() as unknown }));
    expect(await through(host)).toEqual(OPEN);
    expect(await passes()).toEqual([true, true]);
    expect(await statusOf(host)).toEqual(expect.not.objectContaining({ intact: false, warnings: expect.anything() as unknown })); // prettier-ignore
    expect(await deploy(host)).toMatchObject({ outcome: "unchanged" });
  });

  test("only the policy is lifted: a rule of others that drops goes on to drop", async () => {
    await mustExec(host, `iptables${variant} -A DOCKER-USER -p tcp --dport 80 -j DROP`);
    expect(await through(host)).toEqual(["timeout", "rst", "answer", "rst"]);
    await mustExec(host, `iptables${variant} -F DOCKER-USER`);
  });

  test("without the rule nothing would pass; status tells when it is gone, and a deployment mends it", async () => {
    await mustExec(host, `for t in iptables${variant} ip6tables${variant}; do $t -D ${PASS.slice(3)}; done`);
    expect(await through(host)).toEqual(SHUT);
    expect(await statusOf(host)).toMatchObject({ intact: false, warnings: [{ code: "docker-forward" }] });
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    expect(await through(host)).toEqual(OPEN);
  });

  test("rolled back, it stands as it did; nobody who confirms: the timer brings it back", async () => {
    expect(await deploy(host, { ssh: "drop" })).toMatchObject({ outcome: "rolled-back" });
    expect(await through(host)).toEqual(OPEN);
    const change = newChange({ windowSeconds: 2, sshPort: 22, force: false });
    const { command, stdin } = parcel(bundleOf(policyFor(host, { forwards: false })), change);
    await over(host, (connection) => connection.runAsRoot(command, { stdin }));
    expect(await passes()).toEqual([false, false]);
    await pendingGone(host);
    expect(await through(host)).toEqual(OPEN);
  });

  test("a policy that forwards nothing needs no rule, and has none", async () => {
    expect(await deploy(host, { forwards: false })).toMatchObject({ outcome: "committed" });
    expect(await forwardChains(host, variant)).toEqual(before);
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    expect(await passes()).toEqual([true, true]);
  });

  test("by iptables our chain comes first, and nothing is needed", async () => {
    expect(await deploy(host, { backend: "iptables" })).toMatchObject({ outcome: "committed" });
    expect(await through(host)).toEqual(OPEN);
    expect(await passes()).toEqual([false, false]);
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
  });

  test("at boot it stands before Docker starts", async () => {
    await host.writeFile("/usr/bin/dockerd", "#!/bin/sh\n", 0o755);
    await host.reboot();
    expect(await passes()).toEqual([true, true]);
    await mustExec(host, dockerStarts(variant));
    expect(await passes()).toEqual([true, true]);
    expect(await through(host)).toEqual(OPEN);
    expect(await statusOf(host)).toMatchObject({ intact: true });
    await mustExec(host, "rm /usr/bin/dockerd");
  });

  test("teardown leaves FORWARD as it was", async () => {
    await teardown(host);
    expect(await forwardChains(host, variant)).toEqual(before);
    expect(await through(host)).toEqual(["timeout", "timeout", "timeout", "timeout"]);
  });
});

test("a first deployment that is rolled back leaves FORWARD as it was", async () => {
  const host = lab.host("first");
  await mustExec(host, dockerStarts(""));
  const before = await forwardChains(host, "");
  expect(await deploy(host, { ssh: "drop" })).toMatchObject({ outcome: "rolled-back" });
  expect(await forwardChains(host, "")).toEqual(before);
});

describe("chains without a place for us: told with their owner and the cure, and not touched", () => {
  test.each<[string, string, RegExp[]]>([
    [
      "ufw",
      "for t in iptables ip6tables; do $t -N ufw-user-input || $t -N ufw6-user-input; $t -A INPUT -j ufw-user-input; $t -A INPUT -p tcp --dport 22 -j ACCEPT; $t -P INPUT DROP; $t -P FORWARD DROP; done",
      [/`ip filter INPUT`, `ip6 filter INPUT` of ufw refuses, by its policy, packets towards the host/, /`ufw disable`.*backend: "iptables"/, /FORWARD` of ufw .* through the host/], // prettier-ignore
    ],
    [
      "firewalld",
      "nft 'add table inet firewalld; add chain inet firewalld filter_INPUT { type filter hook input priority 10; }; add rule inet firewalld filter_INPUT tcp dport 22 accept; add rule inet firewalld filter_INPUT reject with icmpx admin-prohibited'",
      [/`inet firewalld filter_INPUT` of firewalld refuses, by its last rule/, /disable --now firewalld` when this policy stands\.$/], // prettier-ignore
    ],
    [
      "somebody's table",
      "nft 'add table inet filter; add chain inet filter pass { type filter hook forward priority 0; policy drop; }'",
      [/`inet filter pass` of somebody refuses, by its policy, packets through the host/, /policy `accept`/],
    ],
    [
      "a last rule in iptables",
      "iptables -A INPUT -p tcp --dport 22 -j ACCEPT; iptables -A INPUT -j REJECT --reject-with icmp-host-prohibited",
      [/`ip filter INPUT` of somebody refuses, by its last rule/],
    ],
  ])("%s", async (_, made, told) => {
    const host = lab.host("ufw");
    await mustExec(host, made);
    const stands = await mustExec(host, "nft -s list ruleset");
    const { outcome, warnings = [] } = await deploy(host);
    expect(outcome).toBe("committed");
    const words = warnings.map(({ message, help }) => `${message}\n${help}`).join("\n");
    for (const part of told) expect(words).toMatch(new RegExp(part, "m"));
    expect((await statusOf(host)).warnings).toEqual(warnings);
    expect((await deploy(host)).warnings).toEqual(warnings);
    await teardown(host);
    expect(await mustExec(host, "nft -s list ruleset")).toBe(stands);
    await mustExec(host, "nft flush ruleset; iptables -P INPUT ACCEPT; iptables -P FORWARD ACCEPT");
  });

  test("by iptables only what is not behind our own chain is told", async () => {
    const host = lab.host("plain");
    await mustExec(
      host,
      "iptables -A INPUT -p tcp --dport 22 -j ACCEPT; iptables -P FORWARD DROP; iptables -P INPUT DROP; ip6tables-legacy -P FORWARD DROP",
    );
    const { outcome, warnings } = await deploy(host, { backend: "iptables" });
    expect(outcome).toBe("committed");
    expect(warnings).toMatchObject([{ message: expect.stringMatching(/^`ip6tables-legacy filter FORWARD` of somebody/) as string }]); // prettier-ignore
  });
});

describe.each([["docker20"], ["dockernew"]])("a real dockerd: %s", (name) => {
  test("that made DROP the policy of FORWARD: what the rules accept passes, also after its restart and a reboot", async () => {
    const host = lab.host(name);
    // It does so only where forwarding was off when it started.
    const off = "iptables -P FORWARD ACCEPT; sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0";
    await mustExec(host, off);
    await host.docker.restart();
    await host.docker.ready();
    await mustExec(host, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; ip6tables -P FORWARD DROP");
    expect((await forwardChains(host, ""))[0]?.[0]).toBe("-P FORWARD DROP");

    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    expect(await through(host)).toEqual(OPEN);
    await host.docker.command("network", "create", "app");
    await host.docker.restart();
    await host.docker.ready();
    expect((await forwardChains(host, "")).map((rules) => rules.at(-1))).toEqual([PASS, PASS]);
    expect(await through(host)).toEqual(OPEN);
    expect(await statusOf(host)).toMatchObject({ intact: true });

    await host.reboot();
    await host.docker.ready();
    await mustExec(host, "iptables -P FORWARD DROP; ip6tables -P FORWARD DROP");
    expect(await through(host)).toEqual(OPEN);
    await teardown(host);
    expect((await forwardChains(host, "")).flat()).not.toContain(PASS);
  });
});
