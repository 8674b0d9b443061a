import type { Backend, RuleEntry } from "../../../lib/model/policy";
import { Lab, type LabHost, type Machine, type Probe } from "../../../lib/sandbox";
import { clientAddress, innerAddresses, type Address } from "../../../lib/sandbox/addresses";
import { forward, rule, type PolicyParts } from "../../fixtures/policy";
import { BACKENDS, deploy, packetsAt } from "./on-host";

/**
 * Port forwards, NAT, and all that narrows an entry: the same on the wire by either backend.
 *
 *     client (ext) ── wan0 ── host ── lan0, dmz0, odd0 ── a machine behind each
 */
const lan = innerAddresses(1, 0);
const dmz = innerAddresses(1, 1);
const odd = innerAddresses(1, 2);
const zones = { ext: ["wan0"], lan: ["lan0"], dmz: ["dmz0"] };

const EXTRA: Address = { v4: "198.51.100.99", v6: "2001:db8:1::99" };
const OFFICE: Address = { v4: "203.0.113.7", v6: "2001:db8:2::7" };
const GUEST: Address = { v4: "198.51.100.210", v6: "2001:db8:1::210" };
const BANNED: Address = { v4: "192.0.2.66", v6: "2001:db8:bad::66" };
const addresses = {
  extra: { v4: [EXTRA.v4], v6: [EXTRA.v6] },
  office: { v4: [OFFICE.v4], v6: [OFFICE.v6] },
  guest: { v4: [GUEST.v4], v6: [GUEST.v6] },
  banned: { v4: [BANNED.v4], v6: [BANNED.v6] },
  neighbours: { v4: ["198.51.100.0/24", "203.0.113.0/24"], v6: ["2001:db8:1::/64", "2001:db8:2::/64"] },
  stranger: { v4: [clientAddress.v4], v6: [clientAddress.v6] },
  server: { v4: [dmz.machine.v4], v6: [dmz.machine.v6] },
};

const PAIR_PORTS = Array.from({ length: 202 }, (_, n) => 2999 + n);

let lab: Lab;
let host: LabHost;
let inner: Machine;
let server: Machine;
let backend: Backend = "iptables";

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ networks: ["lan0", "dmz0", "odd0"] }] });
  host = lab.host("h1");
  inner = behind("lan0");
  server = behind("dmz0");
  await host.exec(`ip addr add ${EXTRA.v4}/32 dev wan0; ip addr add ${EXTRA.v6}/128 dev wan0 nodad preferred_lft 0`);
  await lab.respond(host, { tcp: [80, 81, 82, 83, 84, ...PAIR_PORTS], udp: [53, 54] });
  await lab.respond(inner, { tcp: [80, 81, 9000, 9001, 9002, 9003], udp: [53] });
  await lab.respond(server, { tcp: [80, 4444], udp: [53, 4444] });
  await lab.respond(lab.client, { tcp: [80, 81], udp: [53] });
  for (const { v4, v6 } of [OFFICE, GUEST, BANNED]) await Promise.all([lab.client.own(v4), lab.client.own(v6)]);
  // So that the client speaks from the address that it had before.
  await lab.client.exec(
    "for a in $(ip -6 -o addr show dev wan0 to 2001:db8::/32 | awk '{ print $4 }' | grep -v 2001:db8:1::200/); do ip addr change $a dev wan0 preferred_lft 0; done",
  );
});

afterAll(() => lab?.stop());

const install = (parts: PolicyParts) => deploy(host, { backend, zones, addresses, ...parts });
const behind = (network: string): Machine => host.behind.get(network) ?? host.inner;
const wan = (): Address => ({ v4: host.wanAddress, v6: host.wanAddress6 });

interface Sent extends Omit<Probe, "dst" | "src"> {
  readonly to: Address;
  readonly src?: Address;
}

/** What comes back in both families: `h1-inner:80 sees 198.51.100.200` from who answers so, else how it ended. */
async function seen(from: Machine, { to, src, ...probe }: Sent): Promise<string[]> {
  const verdicts = await from.probe(
    (["v4", "v6"] as const).map((family) => ({
      ...probe,
      dst: to[family],
      ...(src && { src: src[family] }),
      read: true,
    })),
  );
  return verdicts.map(({ reply, how }) => {
    const told = /^(\S+) peer=\[?([^ \]]+?)\]?:\d+ local=\S*:(\d+)/.exec(reply ?? "");
    return told === null ? how : `${told[1]}:${told[3]} sees ${told[2]}`;
  });
}
async function how(from: Machine, sent: Sent): Promise<string[]> {
  return (await seen(from, sent)).map((told) => (told.includes(" sees ") ? "answer" : told));
}
const both = (told: string): string[] => [told, told];
const as = ({ v4, v6 }: Address, who: string): string[] => [`${who} sees ${v4}`, `${who} sees ${v6}`];
const ANSWER = both("answer");
const RESET = both("rst");
const SILENCE = both("timeout");
const tcp = (port: number, to: () => Address = wan, src?: Address): (() => Sent) =>
  () => ({ proto: "tcp", port, to: to(), ...(src && { src }) }); // prettier-ignore
const udp = (port: number, to: () => Address = wan, src?: Address): (() => Sent) =>
  () => ({ proto: "udp", port, to: to(), ...(src && { src }) }); // prettier-ignore

/** Sends packets made by hand, and tells what comes back: an ICMP error, TCP flags, or nothing. */
async function crafted(from: Machine, protocol: number, to: string, payload: Buffer): Promise<string> {
  const script = `
import socket, struct, sys, time
protocol, to, payload = int(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])
v6 = ":" in to
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_RAW, protocol)
s.setsockopt(*((socket.IPPROTO_IPV6, 25) if v6 else (socket.IPPROTO_IP, 11)), 1)
if v6 and protocol == 6: s.setsockopt(socket.IPPROTO_IPV6, 7, 16)
s.settimeout(0.02)
s.connect((to, 0))
s.send(payload)
end = time.time() + 0.3
while time.time() < end:
    try:
        data = s.recv(512)
        segment = data if v6 else data[20:]
        if protocol == 6 and segment[0:4] == payload[2:4] + payload[0:2]:
            print("tcp flags %d" % segment[13])
            sys.exit()
    except OSError: pass
    try: _, anc, _, _ = s.recvmsg(512, 512, 0x2000)
    except OSError: continue
    for _, _, data in anc:
        _, origin, type_, code = struct.unpack("=IBBB", data[:7])
        if origin in (2, 3):
            print("icmp:%d/%d" % (type_, code))
            sys.exit()
print("silence")`;
  const { stdout, stderr } = await from.exec(["python3", "-c", script, String(protocol), to, payload.toString("hex")]);
  return stdout.trim() || stderr;
}

describe.each(BACKENDS)("by %s", (name) => {
  beforeAll(() => {
    backend = name;
  });

  describe("a port forward", () => {
    beforeAll(() =>
      install({
        entries: [
          rule("drop", "ext", "all", { source: ["banned"] }),
          rule("accept", "lan", "lan"),
          rule("drop", "ext", "lan", { source: ["guest"], services: ["tcp/80"] }),
          forward("ext", lan.machine, { services: ["tcp/8080"], targetPorts: [80, 80], hairpin: ["lan", "dmz"] }),
          forward("ext", { v4: lan.machine.v4 }, { services: ["tcp/7000-7003"], targetPorts: [9000, 9003] }),
          forward("ext", lan.machine, { source: ["office"], services: ["udp/5300"], targetPorts: [53, 53] }),
          forward("ext", dmz.machine, { external: ["extra"] }),
          forward("ext", lan.gateway, { services: ["tcp/2222"], targetPorts: [81, 81] }),
          rule("drop", "ext", "lan"),
          rule("drop", "ext", "dmz"),
          rule("accept", "dmz", "all", { services: ["udp/53"] }),
        ],
      }),
    );

    it.each<[string, () => Machine, () => Sent, () => string[]]>([
      ["goes to another port, and the machine behind sees who asks", () => lab.client, tcp(8080), () => as(clientAddress, "h1-inner:80")],
      ["is for every address of the host", () => lab.client, tcp(8080, () => lan.gateway), () => as(clientAddress, "h1-inner:80")],
      ["shifts a range: its first port, in one family", () => lab.client, tcp(7000), () => [`h1-inner:9000 sees ${clientAddress.v4}`, "rst"]],
      ["shifts a range: its last port", () => lab.client, tcp(7003), () => [`h1-inner:9003 sees ${clientAddress.v4}`, "rst"]],
      ["leaves the port after a range alone", () => lab.client, tcp(7004), () => RESET],
      ["is for the sources that it names", () => lab.client, udp(5300, wan, OFFICE), () => as(OFFICE, "h1-inner:53")],
      ["is for no other source", () => lab.client, udp(5300), () => ["icmp:3/3", "icmp:1/4"]],
      ["of everything to one address takes TCP", () => lab.client, tcp(4444, () => EXTRA), () => as(clientAddress, "h1-dmz0:4444")],
      ["of everything to one address takes UDP", () => lab.client, udp(4444, () => EXTRA), () => as(clientAddress, "h1-dmz0:4444")],
      ["of everything to one address takes pings", () => lab.client, () => ({ proto: "icmp", to: EXTRA }), () => both("echo-reply")],
      ["to one address leaves the host's others alone", () => lab.client, tcp(4444), () => RESET],
      ["to the host itself", () => lab.client, tcp(2222), () => as(clientAddress, "h1:81")],
      ["opens nothing for packets straight to the machine behind", () => lab.client, tcp(80, () => lan.machine), () => SILENCE],
      ["opens nothing on the host's own target port", () => lab.client, tcp(81), () => RESET],
      ["comes after a drop of everything that stands before it", () => lab.client, tcp(8080, wan, BANNED), () => SILENCE],
      ["comes after a drop of what it became", () => lab.client, tcp(8080, wan, GUEST), () => SILENCE],
      ["comes before a drop that stands after it", () => lab.client, tcp(8080, wan, OFFICE), () => as(OFFICE, "h1-inner:80")],
      ["serves a zone inside as well", () => server, tcp(8080), () => as(dmz.machine, "h1-inner:80")],
      ["serves its own machine's zone as the router, also where an earlier entry accepts it", () => inner, tcp(8080), () => as(lan.gateway, "h1-inner:80")],
      ["does not serve zones that do not share it", () => inner, tcp(7000), () => RESET],
    ])("%s", async (_, from, sent, wanted) => expect(await seen(from(), sent())).toEqual(wanted())); // prettier-ignore
  });

  describe("accept+nat", () => {
    beforeAll(() =>
      install({
        entries: [
          rule("accept+nat", "lan", "ext", { services: ["tcp/80"], snat: EXTRA, exceptSource: ["server"] }),
          rule("accept+nat", "lan", "ext", { services: ["tcp/81"], snat: { v4: EXTRA.v4 } }),
          rule("accept+nat", "dmz", "ext", { services: ["udp/53"] }),
          rule("accept+nat", "lan", "ext", { services: ["udp/53"], snat: EXTRA }),
        ],
      }),
    );

    it.each<[string, () => Machine, () => Sent, () => string[]]>([
      ["gives the address that it names", () => inner, tcp(80, () => clientAddress), () => as(EXTRA, "client:80")],
      ["gives the interface's where a family has none", () => inner, tcp(81, () => clientAddress), () => as({ v4: EXTRA.v4, v6: host.wanAddress6 }, "client:81")],
      ["gives UDP another address, too", () => inner, udp(53, () => clientAddress), () => as(EXTRA, "client:53")],
    ])("%s", async (_, from, sent, wanted) => expect(await seen(from(), sent())).toEqual(wanted())); // prettier-ignore

    it.each<[string, () => Machine, () => Sent, () => string[]]>([
      ["of another zone gives the interface's", () => server, udp(53, () => clientAddress), () => as(wan(), "client:53")],
    ])("%s", async (_, from, sent, wanted) => expect(await seen(from(), sent())).toEqual(wanted())); // prettier-ignore
  });

  describe("conditions", () => {
    beforeAll(() =>
      install({
        zones: { ext: ["wan0 47"], lan: ["lan0"], dmz: ["dmz0"], odds: ["od*"] },
        defaults: { lan: "accept", odds: "drop" },
        entries: [
          rule("accept", "ext", "host", {
            source: ["neighbours"],
            exceptSource: ["guest", "banned"],
            services: ["tcp/81"],
          }),
          rule("accept", "ext", "host", { source: ["stranger"], exceptSource: ["guest"], services: ["tcp/82"] }),
          rule("accept", "ext", "host", { exceptSource: ["stranger"], services: ["tcp/83"] }),
          rule("accept", "ext", "all", { exceptDestination: ["server"], services: ["tcp/80"] }),
          rule("accept", "ext", "host", {
            services: ["udp/53"],
            sourcePorts: [
              [4000, 4010],
              [4005, 4008],
              [5000, 5000],
              [5000, 5000],
            ],
          }),
          rule("accept", "ext", "host", { services: ["tcp/84"], expires: "2020-01-01T00:00:00Z", id: "past" }),
          rule("drop", "ext", "host", { services: ["tcp/84"], expires: "2037-12-31T23:59:59Z", id: "future" }),
          rule("accept", "ext", "host", {
            services: ["tcp/3000"],
            raw: { iptables: ["-m", "length", "--length", "0:100"], nftables: "meta length 0-100" },
          }),
          rule("accept", "ext", "host", {
            services: ["tcp/3001"],
            raw: { iptables: ["-m", "length", "--length", "1000:1100"], nftables: "meta length 1000-1100" },
          }),
          rule("accept", "odds", "host", { services: ["tcp/81"] }),
          rule("accept", "ext", "host", { services: ["protocol/1"], id: "icmp4" }),
          rule("drop", "ext", "host", { services: ["icmp"], id: "icmp6" }),
        ],
      }),
    );

    const from =
      (port: number): (() => Sent) =>
      () => ({ ...udp(53)(), sport: port });
    it.each<[string, () => Machine, () => Sent, string[]]>([
      ["sources but for some: one of the sources", () => lab.client, tcp(81, wan, OFFICE), ANSWER],
      ["sources but for some: one that is excepted", () => lab.client, tcp(81, wan, GUEST), RESET],
      ["sources but for some: neither", () => lab.client, tcp(81, wan, BANNED), RESET],
      ["a single source, beside an exception", () => lab.client, tcp(82, wan, clientAddress), ANSWER],
      ["all but a single source: somebody else", () => lab.client, tcp(83, wan, OFFICE), ANSWER],
      ["all but a single source: that one", () => lab.client, tcp(83, wan, clientAddress), RESET],
      ["all but a destination: the host", () => lab.client, tcp(80), ANSWER],
      ["all but a destination: another machine", () => lab.client, tcp(80, () => lan.machine), ANSWER],
      ["all but a destination: that one", () => lab.client, tcp(80, () => dmz.machine), RESET],
      ["source ports: the first of a range", () => lab.client, from(4000), ANSWER],
      ["source ports: the last of a range", () => lab.client, from(4010), ANSWER],
      ["source ports: one after it", () => lab.client, from(4011), ["icmp:3/3", "icmp:1/4"]],
      ["source ports: a single one", () => lab.client, from(5000), ANSWER],
      ["what expired no longer decides; what expires later does", () => lab.client, tcp(84), SILENCE],
      ["words of the backend's own that hold", () => lab.client, tcp(3000), ANSWER],
      ["words of the backend's own that do not", () => lab.client, tcp(3001), RESET],
      ["a pattern of interfaces takes what begins so", () => behind("odd0"), tcp(81, () => odd.gateway), ANSWER],
      ["a zone that drops what no entry decides", () => behind("odd0"), tcp(82, () => odd.gateway), SILENCE],
      ["a zone that drops: through the host", () => behind("odd0"), tcp(80, () => lan.machine), SILENCE],
      ["a zone that drops lets ICMP pass", () => behind("odd0"), () => ({ proto: "icmp", to: odd.gateway }), both("echo-reply")],
      ["a zone that accepts what no entry decides", () => inner, tcp(82, () => lan.gateway), ANSWER],
      ["a zone that accepts: through the host", () => inner, tcp(80, () => dmz.machine), ANSWER],
      ["protocol 1 is of IPv4 alone", () => lab.client, () => ({ proto: "icmp", to: wan() }), ["echo-reply", "timeout"]],
    ])("%s", async (_, machine, sent, wanted) => expect(await how(machine(), sent())).toEqual(wanted)); // prettier-ignore

    it("a protocol of an interface reaches the host by that interface only", async () => {
      const empty = Buffer.alloc(16);
      // Nobody on the host speaks GRE: the kernel itself says so where the rules let it pass.
      expect(await crafted(lab.client, 47, host.wanAddress, empty)).toBe("icmp:3/2");
      expect(await crafted(server, 47, dmz.gateway.v4, empty)).toBe("icmp:3/13");
      expect(await crafted(lab.client, 47, host.wanAddress6, empty)).toBe("icmp:4/1");
      expect(await crafted(server, 47, dmz.gateway.v6, empty)).toBe("icmp:1/1");
    });
  });

  it("an entry ends at its moment, with nothing deployed", async () => {
    const end = Math.ceil(Date.now() / 1000) + 3;
    const expires = new Date(end * 1000).toISOString().replace(".000Z", "Z");
    await install({ entries: [rule("accept", "ext", "host", { services: ["tcp/81"], expires })] });
    expect(await how(lab.client, tcp(81)())).toEqual(ANSWER);
    await new Promise((done) => setTimeout(done, end * 1000 + 1100 - Date.now()));
    expect(await how(lab.client, tcp(81)())).toEqual(RESET);
  });

  describe("limits", () => {
    beforeAll(() =>
      install({
        entries: [
          rule("accept", "ext", "host", { services: ["udp/53"], limit: { count: 1, per: "hour", burst: 6, perSource: false } }),
          rule("accept", "ext", "host", { services: ["udp/54"], limit: { count: 1, per: "hour", burst: 6, perSource: true } }),
          rule("accept", "ext", "host", { services: ["tcp/7100"], connections: { most: 3, perSource: false } }),
          rule("accept", "ext", "host", { services: ["tcp/7101"], connections: { most: 3, perSource: true } }),
        ],
      }),
    ); // prettier-ignore

    async function accepted(port: number, src: string, dst: string): Promise<number> {
      const probes = Array.from({ length: 20 }, () => ({ proto: "udp" as const, dst, src, port }));
      const verdicts = await lab.client.probe(probes, { repeat: false, timeoutMs: 400 });
      return verdicts.filter(({ how: told }) => told === "data").length;
    }

    it.each([["v4", wan], ["v6", wan]] as const)("of packets are shared by all sources of a family, or of each: %s", async (family, to) => {
      const dst = to()[family];
      const [one, other] = [clientAddress[family], OFFICE[family]];
      const shared = (await accepted(53, one, dst)) + (await accepted(53, other, dst));
      const each = [await accepted(54, one, dst), await accepted(54, other, dst)];
      expect(Math.abs(shared - 6)).toBeLessThanOrEqual(1);
      for (const count of each) expect(Math.abs(count - 6)).toBeLessThanOrEqual(1);
    }); // prettier-ignore

    /** How many of 6 connections come about from each source, all held open. */
    async function open(port: number, sources: string[]): Promise<number[]> {
      const script = `
import socket, sys
held = []
for source in sys.argv[4:]:
    to = sys.argv[3] if ":" in source else sys.argv[2]
    count = 0
    for n in range(6):
        try:
            held.append(socket.create_connection((to, int(sys.argv[1])), 1, (source, 0)))
            count += 1
        except OSError: pass
    print(count)`;
      const { stdout } = await lab.client.exec([
        "python3",
        "-c",
        script,
        String(port),
        host.wanAddress,
        host.wanAddress6,
        ...sources,
      ]);
      return stdout.trim().split("\n").map(Number);
    }

    it("of open connections hold for all sources of a family together, or for each", async () => {
      const serving = host.exec(`timeout 5 python3 -c "
import socket, time
s = [socket.create_server((a, p), family=f) for p in (7100, 7101) for f, a in ((2, '0.0.0.0'), (10, '::'))]
open('/tmp/serving', 'w')
time.sleep(6)"`);
      await host.exec("for i in $(seq 100); do [ -e /tmp/serving ] && break; sleep 0.05; done; rm -f /tmp/serving");
      const sources = [clientAddress.v4, OFFICE.v4, clientAddress.v6, OFFICE.v6];
      expect(await open(7100, sources)).toEqual([3, 0, 3, 0]);
      expect(await open(7101, sources)).toEqual([3, 3, 3, 3]);
      await serving;
    });
  });

  describe("a log", () => {
    beforeAll(() =>
      install({
        entries: [
          rule("accept", "ext", "host", { services: ["tcp/81"], log: { prefix: "door: ", level: "info", rate: { count: 10, per: "minute" } } }),
          rule("drop", "ext", "host", { services: ["udp/53"], log: { prefix: "slow: ", level: "warning", rate: { count: 1, per: "hour" } } }),
          rule("drop", "ext", "host", { log: { level: "debug", rate: { count: 1000, per: "second" } } }),
        ],
      }),
    ); // prettier-ignore
    const lines = async (prefix: string) => [
      await packetsAt(host, 4, `prefix "${prefix}"`),
      await packetsAt(host, 6, `prefix "${prefix}"`),
    ];

    it("tells of what its entry decides about, and lets it decide", async () => {
      expect(await how(lab.client, tcp(81)())).toEqual(ANSWER);
      expect(Math.min(...(await lines("door: ")))).toBeGreaterThan(0);
      expect(await how(lab.client, tcp(82)())).toEqual(SILENCE);
      expect(Math.min(...(await lines("drop: ")))).toBeGreaterThan(0);
    });

    it("writes no faster than its rate", async () => {
      const probes = Array.from({ length: 30 }, () => ({ proto: "udp" as const, dst: host.wanAddress, port: 53 }));
      await lab.client.probe(probes, { repeat: false });
      const [count = 0] = await lines("slow: ");
      expect(count).toBeGreaterThanOrEqual(4);
      expect(count).toBeLessThanOrEqual(6);
    });

    it("does not tell of broadcasts and multicasts that are refused", async () => {
      const before = await lines("drop: ");
      const met = await packetsAt(host, 4, "drop all ext → host");
      const script = `
import socket
for family, to in ((2, "198.51.100.255"), (2, "224.0.0.1"), (10, "ff02::1")):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wan0")
    for n in range(4): s.sendto(b"noise", (to, 9) if family == 2 else (to, 9, 0, socket.if_nametoindex("wan0")))`;
      expect(await lab.client.exec(["python3", "-c", script])).toMatchObject({ code: 0, stderr: "" });
      expect(await lines("drop: ")).toEqual(before);
      expect(await packetsAt(host, 4, "ext → host")).toBeGreaterThanOrEqual(met + 8);
    });
  });

  describe("what conntrack can make nothing of", () => {
    /** A segment without any flag to a port where nobody listens: the kernel answers with a reset where it gets one. */
    function noFlags(port: number): Buffer {
      const segment = Buffer.alloc(20);
      segment.writeUInt16BE(50_000, 0);
      segment.writeUInt16BE(port, 2);
      segment.writeUInt8(5 << 4, 12);
      segment.writeUInt16BE(1024, 14);
      return segment;
    }
    function checked(segment: Buffer, source: string, destination: string): Buffer {
      const octets = [...source.split("."), ...destination.split(".")].map(Number);
      const words = Buffer.concat([Buffer.from([...octets, 0, 6, 0, segment.length]), segment]);
      let sum = 0;
      for (let at = 0; at < words.length; at += 2) sum += words.readUInt16BE(at);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
      segment.writeUInt16BE(~sum & 0xffff, 16);
      return segment;
    }
    const entries = [rule("accept", "ext", "host", { services: ["tcp/7200"] })];

    it.each<[string, "drop" | "ignore" | undefined, string[]]>([
      ["gets no answer", undefined, both("silence")],
      ["is left to the entries where a policy says so", "ignore", both("tcp flags 20")],
    ])("%s", async (_, invalid, wanted) => {
      await install({ entries, ...(invalid && { invalid }) });
      const v4 = checked(noFlags(7200), clientAddress.v4, host.wanAddress);
      const told = [await crafted(lab.client, 6, host.wanAddress, v4), await crafted(lab.client, 6, host.wanAddress6, noFlags(7200))]; // prettier-ignore
      expect(told).toEqual(wanted);
      expect(await how(lab.client, tcp(7200)())).toEqual(RESET);
    });
  });

  it("many entries by source and port decide as they would one by one", async () => {
    const nameOf = (n: number): string => (n === 150 ? "neighbours" : (["stranger", "office", "guest"][n % 3] ?? ""));
    const actions = ["accept", "drop", "reject"] as const;
    const count = 200;
    const entries = Array.from({ length: count }, (_, n): RuleEntry =>
      rule(actions[(n % 5) % 3] ?? "drop", "ext", "host", {
        source: [nameOf(n)],
        services: [`tcp/${n % 60 === 59 ? `${2990 + n}-${3000 + n}` : 3000 + n}`],
      }),
    );
    const member: Record<string, readonly string[]> = {
      stranger: ["stranger", "neighbours"],
      office: ["office", "neighbours"],
      guest: ["guest", "neighbours"],
      banned: [],
    };
    const verdictOf = (who: string, port: number): string => {
      const found = Array.from({ length: count }, (_, n) => n).find((n) => {
        const first = n % 60 === 59 ? 2990 + n : 3000 + n;
        return member[who]?.includes(nameOf(n)) === true && first <= port && port <= 3000 + n;
      });
      return { accept: "syn-ack", drop: "timeout", reject: "rst" }[
        found === undefined ? "reject" : (actions[(found % 5) % 3] ?? "drop")
      ];
    };
    const ports = PAIR_PORTS.filter((port) => port % 7 === 0 || port < 3012 || port > 3186);
    const cases = Object.entries({ stranger: clientAddress, office: OFFICE, guest: GUEST, banned: BANNED }).flatMap(
      ([who, src]) =>
        (["v4", "v6"] as const).flatMap((family) =>
          ports.map((port) => ({
            probe: { proto: "tcp" as const, src: src[family], dst: wan()[family], port },
            told: `${who} ${family} ${port}: `,
            wanted: verdictOf(who, port),
          })),
        ),
    );
    await install({ entries });
    const verdicts = await lab.client.probe(cases.map(({ probe }) => probe), { timeoutMs: 1600 }); // prettier-ignore
    expect(cases.map(({ told }, index) => told + verdicts[index]?.how)).toEqual(
      cases.map(({ told, wanted }) => told + wanted),
    );
    expect(new Set(cases.map(({ wanted }) => wanted)).size).toBe(3);
    const { stdout } = await host.exec("ipset list -n; nft list table inet cdkfw 2>/dev/null; true");
    expect(stdout).toMatch(backend === "nftables" ? /set (b\.)?pairs-0-4/ : /cdkfw-[0-9a-f]{8}-p0-4/);
  });
});
